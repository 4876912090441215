//! Bullets that say why something could not be placed (spec/api-cli 3.6). Sorted, so that equal reasons look
//! equal.

use crate::api::view::Metric;
use crate::cli::layout::table;

/// One line per reason, each after `indent` and `* `.
pub(crate) fn bullets(metric: &Metric, indent: &str) -> String {
    let lines: Vec<String> = reasons(metric)
        .into_iter()
        .map(|reason| format!("{indent}* {reason}"))
        .collect();
    lines.join("\n")
}

fn reasons(metric: &Metric) -> Vec<String> {
    let mut lines = Vec::new();
    if metric.nodes_evaluated == 0 {
        lines.push("No nodes were eligible for evaluation".to_owned());
    }
    for (dc, _) in metric
        .nodes_available
        .iter()
        .filter(|(_, count)| **count == 0)
    {
        lines.push(format!("No nodes are available in datacenter \"{dc}\""));
    }
    for (class, count) in &metric.class_filtered {
        lines.push(format!(
            "Class \"{class}\": {count} nodes excluded by filter"
        ));
    }
    for (constraint, count) in &metric.constraint_filtered {
        lines.push(format!(
            "Constraint \"{constraint}\": {count} nodes excluded by filter"
        ));
    }
    if metric.nodes_exhausted > 0 {
        lines.push(format!(
            "Resources exhausted on {} nodes",
            metric.nodes_exhausted
        ));
    }
    for (class, count) in &metric.class_exhausted {
        lines.push(format!("Class \"{class}\" exhausted on {count} nodes"));
    }
    for (dimension, count) in &metric.dimension_exhausted {
        lines.push(format!(
            "Dimension \"{dimension}\" exhausted on {count} nodes"
        ));
    }
    for quota in &metric.quota_exhausted {
        lines.push(format!("Quota limit hit \"{quota}\""));
    }
    lines
}

/// `Task Group "web" (failed to place 2 allocations):` and its bullets.
pub(crate) fn failed_group(name: &str, metric: &Metric, indent: &str) -> String {
    let count = metric.coalesced_failures + 1;
    let noun = if count == 1 {
        "allocation"
    } else {
        "allocations"
    };
    format!(
        "{indent}Task Group \"{name}\" (failed to place {count} {noun}):\n{}",
        bullets(metric, &format!("{indent}  "))
    )
}

/// The scores of the best nodes: `Node`, one column per scorer, `final score`.
pub(crate) fn scores(metric: &Metric) -> Option<String> {
    let mut scorers: Vec<&str> = metric
        .score_meta_data
        .iter()
        .flat_map(|node| node.scores.keys())
        .filter(|scorer| *scorer != "final score")
        .map(String::as_str)
        .collect();
    scorers.sort_unstable();
    scorers.dedup();
    if metric.score_meta_data.is_empty() {
        return None;
    }
    let header: Vec<&str> = std::iter::once("Node")
        .chain(scorers.iter().copied())
        .chain(["final score"])
        .collect();
    let rows: Vec<Vec<String>> = metric
        .score_meta_data
        .iter()
        .map(|node| {
            let parts = scorers
                .iter()
                .map(|s| three_digits(node.scores.get(*s).copied()));
            std::iter::once(node.node_id.clone())
                .chain(parts)
                .chain([three_digits(Some(node.norm_score))])
                .collect()
        })
        .collect();
    Some(table(&header, &rows))
}

/// Three significant digits, without zeros at the end.
fn three_digits(value: Option<f64>) -> String {
    let value = value.unwrap_or(0.0);
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    let text = format!("{value:.*}", usize::try_from(digits).unwrap_or(0));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_line() {
        let metric: Metric = serde_json::from_str(
            r#"{"NodesEvaluated":0,"NodesAvailable":{"dc1":0,"dc2":3},"ClassFiltered":{"big":1},
                "ConstraintFiltered":{"missing drivers":2},"NodesExhausted":1,"ClassExhausted":null,
                "DimensionExhausted":{"memory":1},"QuotaExhausted":["cpu"],"CoalescedFailures":1}"#,
        )
        .unwrap();
        assert_eq!(
            failed_group("web", &metric, "  "),
            r#"  Task Group "web" (failed to place 2 allocations):
    * No nodes were eligible for evaluation
    * No nodes are available in datacenter "dc1"
    * Class "big": 1 nodes excluded by filter
    * Constraint "missing drivers": 2 nodes excluded by filter
    * Resources exhausted on 1 nodes
    * Dimension "memory" exhausted on 1 nodes
    * Quota limit hit "cpu""#
        );
    }

    #[test]
    fn scores_stand_in_sorted_columns_with_three_digits() {
        let metric: Metric = serde_json::from_str(
            r#"{"ScoreMetaData":[{"NodeID":"n1","NormScore":0.54321,"Scores":{"job-anti-affinity":0,"binpack":0.98765}}]}"#,
        )
        .unwrap();
        assert_eq!(
            scores(&metric).unwrap(),
            "Node  binpack  job-anti-affinity  final score\nn1    0.988    0                  0.543"
        );
    }
}
