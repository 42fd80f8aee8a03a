//! The published table says what the declarations say.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::canonical::Feature;
use thinkwatch_wire::canonical::feature::{Support, field, support};
use thinkwatch_wire::convert::table::{DIALECTS, counts, markdown};

const PAGE: &str = include_str!("../../../../docs/CONVERSION.md");

#[test]
fn the_page_holds_the_table() {
    let generated =
        PAGE.split_once("<!-- generated:begin -->\n").and_then(|(_, rest)| rest.split_once("<!-- generated:end -->"));
    let (generated, _) = generated.expect("the page has a generated part");
    assert!(
        generated == markdown(),
        "docs/CONVERSION.md is not what `cargo run -p thinkwatch-wire --example loss_table` prints"
    );
}

#[test]
fn a_dialect_keeps_only_what_it_has_words_for() {
    let mut wordless = Vec::new();
    for (dialect, name) in DIALECTS {
        for feature in Feature::ALL {
            let kept = support(*dialect, *feature) == Support::Kept;
            if kept && field(*dialect, *feature).is_none() && *feature != Feature::UnknownFields {
                wordless.push((*name, *feature));
            }
        }
    }
    assert_eq!(wordless, []);
}

#[test]
fn every_loss_has_a_reason_and_no_pair_loses_most() {
    for (source, _) in DIALECTS {
        for (target, _) in DIALECTS {
            let [kept, emulated, dropped, refused] = counts(*source, *target);
            assert!(kept + emulated > dropped + refused, "{source:?} to {target:?} loses most");
        }
        for feature in Feature::ALL {
            if let Support::Emulated(why) | Support::Dropped(why) | Support::Refused(why) = support(*source, *feature) {
                assert!(why.len() > 8, "{feature:?} in {source:?}");
            }
        }
    }
    assert!(!DIALECTS.iter().any(|(dialect, _)| *dialect == Dialect::Embeddings));
}
