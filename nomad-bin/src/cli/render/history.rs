//! Versions of a job.

use super::Look;
use super::diff::{self, Drawing};
use crate::api::view::{Job, JobDiff};
use crate::cli::layout::pairs;

/// The block of one version; with a diff, the diff below it.
pub(crate) fn version(job: &Job, diff: Option<&JobDiff>, look: &Look<'_>) -> String {
    let mut rows = vec![
        ("Version", job.version.to_string()),
        ("Stable", job.stable.to_string()),
        ("Submit Date", look.time(job.submit_time)),
    ];
    if let Some(tag) = &job.version_tag {
        rows.push(("Tag Name", tag.name.clone()));
        rows.push(("Tag Description", tag.description.clone()));
    }
    let Some(diff) = diff else {
        return pairs(&rows);
    };
    // A blank keeps the row from being shown as `<none>`.
    rows.push(("Diff", " ".to_owned()));
    let head: Vec<String> = pairs(&rows)
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    let drawing = Drawing {
        verbose: look.verbose,
        annotated: false,
        paint: look.paint,
    };
    format!("{}\n{}", head.join("\n"), diff::job(diff, drawing))
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    #[test]
    fn a_version_shows_its_tag_and_its_diff() {
        let job: Job = serde_json::from_str(
            r#"{"Version":2,"Stable":true,"SubmitTime":1936000000000000000,"VersionTag":{"Name":"first","Description":"d"}}"#,
        )
        .unwrap();
        let diff: JobDiff = serde_json::from_str(r#"{"Type":"Edited","ID":"x"}"#).unwrap();
        assert_eq!(
            version(&job, Some(&diff), &look(false)),
            "Version         = 2\nStable          = true\nSubmit Date     = 2031-05-08T09:46:40Z\n\
             Tag Name        = first\nTag Description = d\nDiff            =\n+/- Job: \"x\""
        );
    }
}
