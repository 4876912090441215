//! The table of servers.

use std::collections::BTreeMap;

use crate::api::view::Member;
use crate::cli::layout::table;

/// Servers by name. `leaders`: RPC address of each region's leader.
pub(crate) fn members(
    members: &[Member],
    leaders: &BTreeMap<String, String>,
    verbose: bool,
) -> String {
    let mut members: Vec<&Member> = members.iter().collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    let mut header = vec![
        "Name",
        "Address",
        "Port",
        "Status",
        "Leader",
        "Raft Version",
        "Build",
        "Datacenter",
        "Region",
    ];
    if verbose {
        header.insert(5, "Protocol");
        header.push("Tags");
    }
    let rows: Vec<Vec<String>> = members
        .into_iter()
        .map(|member| row(member, leaders, verbose))
        .collect();
    table(&header, &rows)
}

fn row(member: &Member, leaders: &BTreeMap<String, String>, verbose: bool) -> Vec<String> {
    let rpc = format!("{}:{}", member.addr, member.tag("port"));
    let leads = leaders
        .get(member.tag("region"))
        .is_some_and(|leader| *leader == rpc);
    let mut row = vec![
        member.name.clone(),
        member.addr.clone(),
        member.port.to_string(),
        member.status.clone(),
        leads.to_string(),
        member.tag("raft_vsn").to_owned(),
        member.tag("build").to_owned(),
        member.tag("dc").to_owned(),
        member.tag("region").to_owned(),
    ];
    if verbose {
        row.insert(5, member.protocol_cur.to_string());
        let tags: Vec<String> = member
            .tags
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        row.push(tags.join(","));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leader_is_the_one_whose_rpc_address_the_region_names() {
        let list: Vec<Member> = serde_json::from_str(
            r#"[{"Name":"b.global","Addr":"10.0.0.2","Port":4648,"Status":"alive","Tags":{"port":"4647","region":"global","dc":"dc1","build":"0.1.0","raft_vsn":"3"}},
                {"Name":"a.global","Addr":"10.0.0.1","Port":4648,"Status":"failed","Tags":{"port":"4647","region":"global","dc":"dc1","build":"0.1.0","raft_vsn":"3"}}]"#,
        )
        .unwrap();
        let leaders = BTreeMap::from([("global".to_owned(), "10.0.0.2:4647".to_owned())]);
        assert_eq!(
            members(&list, &leaders, false),
            "Name      Address   Port  Status  Leader  Raft Version  Build  Datacenter  Region\n\
             a.global  10.0.0.1  4648  failed  false   3             0.1.0  dc1         global\n\
             b.global  10.0.0.2  4648  alive   true    3             0.1.0  dc1         global"
        );
    }
}
