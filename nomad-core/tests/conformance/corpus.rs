//! Every file of the corpus either parses or is refused with a reason that is the file's own, or
//! with "not supported yet".

use crate::recorded::folder;
use nomad_core::spec::{Inputs, parse_hcl};

#[test]
fn the_corpus_parses_or_is_refused_with_a_reason() {
    let Some(corpus) = folder("NOMAD_CORPUS", "../shared/corpus/jobspecs") else {
        return;
    };
    let (mut parsed, mut not_yet, mut refused) = (0, 0, 0);
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match parse_hcl(&text, &name, &Inputs::default()) {
            Ok(_) => parsed += 1,
            Err(error) if error.to_string().contains("not supported yet") => {
                println!("{name}: {}", error.to_string().lines().next().unwrap());
                not_yet += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("corpus: {parsed} parse, {not_yet} not supported yet, {refused} refused");
    assert_eq!(not_yet, 0);
}
