//! Tables of allocations.

use super::Look;
use crate::api::view::AllocStub;
use crate::cli::layout::table;

/// What is said instead of an empty table.
pub(crate) const NONE: &str = "No allocations placed";

/// Allocations, newest first (spec/api-cli 3.7).
pub(crate) fn newest_first(allocs: &[AllocStub], look: &Look<'_>) -> String {
    if allocs.is_empty() {
        return NONE.to_owned();
    }
    let mut allocs: Vec<&AllocStub> = allocs.iter().collect();
    allocs.sort_by_key(|alloc| std::cmp::Reverse(alloc.create_index));
    let header: &[&str] = if look.verbose {
        &[
            "ID",
            "Eval ID",
            "Node ID",
            "Node Name",
            "Task Group",
            "Version",
            "Desired",
            "Status",
            "Created",
            "Modified",
        ]
    } else {
        &[
            "ID",
            "Node ID",
            "Task Group",
            "Version",
            "Desired",
            "Status",
            "Created",
            "Modified",
        ]
    };
    let rows: Vec<Vec<String>> = allocs.iter().map(|alloc| row(alloc, look)).collect();
    table(header, &rows)
}

fn row(alloc: &AllocStub, look: &Look<'_>) -> Vec<String> {
    let mut row = vec![look.id(&alloc.id)];
    if look.verbose {
        row.push(alloc.eval_id.clone());
    }
    row.push(look.id(&alloc.node_id));
    if look.verbose {
        row.push(alloc.node_name.clone());
    }
    row.extend([
        alloc.task_group.clone(),
        alloc.job_version.to_string(),
        alloc.desired_status.clone(),
        alloc.client_status.clone(),
        look.age(alloc.create_time),
        look.age(alloc.modify_time),
    ]);
    row
}

#[cfg(test)]
mod tests {
    use super::super::look::plain::look;
    use super::*;

    #[test]
    fn the_newest_allocation_comes_first() {
        let allocs: Vec<AllocStub> = serde_json::from_str(
            r#"[{"ID":"aaaaaaaa-1111","NodeID":"nnnnnnnn-1","TaskGroup":"web","JobVersion":0,"DesiredStatus":"stop","ClientStatus":"complete","CreateIndex":5,"CreateTime":1935999990000000000,"ModifyTime":1935999995000000000},
                {"ID":"bbbbbbbb-2222","NodeID":"nnnnnnnn-1","TaskGroup":"web","JobVersion":1,"DesiredStatus":"run","ClientStatus":"running","CreateIndex":9,"CreateTime":1935999999000000000,"ModifyTime":1936000000000000000}]"#,
        )
        .unwrap();
        assert_eq!(
            newest_first(&allocs, &look(false)),
            "ID        Node ID   Task Group  Version  Desired  Status    Created  Modified\n\
             bbbbbbbb  nnnnnnnn  web         1        run      running   1s ago   0s ago\n\
             aaaaaaaa  nnnnnnnn  web         0        stop     complete  10s ago  5s ago"
        );
        assert_eq!(newest_first(&[], &look(false)), "No allocations placed");
    }
}
