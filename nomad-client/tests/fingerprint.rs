//! The fingerprint of this machine, against what the reference tells about its own.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::sync::Arc;

use nomad_client::drivers::Driver;
use nomad_client::drivers::raw_exec::{RawExec, RawExecRules};
use nomad_client::executor::SupervisorProgram;
use nomad_client::fingerprint::{Machine, Settings, survey, survey_drivers};
use nomad_core::model::Node;
use nomad_core::units::Timestamp;
use serde_json::Value;

/// Attributes of parts that this agent does not have, so does not tell.
const ABSENT_PARTS: [&str; 6] = [
    "driver.docker",
    "driver.exec",
    "driver.java",
    "driver.mock_driver",
    "plugins.",
    "nomad.bridge.",
];

fn settings() -> Settings {
    Settings {
        version: "0.1.0".to_owned(),
        advertise_http: "127.0.0.1:4646".to_owned(),
        service_discovery: true,
        alloc_dir: std::env::temp_dir(),
        ..Settings::default()
    }
}

async fn this_node() -> Node {
    let mut node = Node::default();
    let rules = RawExecRules {
        enabled: true,
        ..RawExecRules::default()
    };
    let raw_exec = RawExec::new(rules, SupervisorProgram::this(), None, 1_000.0);
    let drivers: Vec<Arc<dyn Driver>> = vec![Arc::new(raw_exec)];
    let (found, infos) = survey_drivers(&drivers, Timestamp::from_unix_secs(1)).await;
    found.apply(&mut node);
    node.drivers = infos;
    survey(&Machine::this(), &settings())
        .unwrap()
        .apply(&mut node);
    node
}

#[tokio::test]
async fn this_machine_has_a_processor_memory_disk_network_and_a_driver() {
    let node = this_node().await;
    let resources = &node.node_resources;
    assert!(resources.cpu.cpu_shares > 0, "{:?}", resources.cpu);
    assert!(resources.memory.memory_mb > 0);
    assert!(resources.disk.disk_mb > 0);
    assert!(!resources.networks.is_empty());
    assert_eq!(node.attributes["driver.raw_exec"], "1");
    assert!(node.drivers["raw_exec"].healthy);
    for (name, value) in &node.attributes {
        eprintln!("{name} = {value}");
    }
}

#[tokio::test]
async fn a_second_look_changes_nothing() {
    let mut node = this_node().await;
    let again = survey(&Machine::this(), &settings()).unwrap();
    assert!(!again.apply(&mut node));
}

#[tokio::test]
async fn the_attributes_are_those_of_the_reference() {
    let golden = std::env::var("NOMAD_GOLDEN").unwrap_or_else(|_| "../../shared/golden".to_owned());
    let path = PathBuf::from(golden).join("client/node.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no recorded answers at {}", path.display());
        return;
    };
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let case = cases
        .iter()
        .find(|case| case["case"] == "nd_attributes")
        .unwrap();
    let node = this_node().await;
    let (mut same, mut total) = (0, 0);
    for (name, recorded) in case["result"]["attributes"].as_object().unwrap() {
        if ABSENT_PARTS.iter().any(|part| name.starts_with(part)) {
            continue;
        }
        total += 1;
        let recorded = recorded.as_str().unwrap();
        let (own, is_placeholder) = (node.attributes.get(name), recorded.starts_with('<'));
        let of_the_host = ["nomad.version", "numa.node.count", "numa.node0.cores"];
        let is_host = of_the_host.contains(&name.as_str()) || name.starts_with("os.");
        match own {
            Some(own) if own == recorded || is_placeholder || is_host => same += 1,
            Some(own) => eprintln!("{name}: recorded {recorded:?}, here {own:?}"),
            None => eprintln!("{name}: recorded {recorded:?}, here none"),
        }
    }
    println!("node attributes: {same}/{total}");
    assert!(same + 3 >= total, "{same}/{total}");
}
