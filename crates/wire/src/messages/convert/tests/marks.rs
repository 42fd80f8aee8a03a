//! At most four cache marks.

use super::foreign::chat;
use super::*;
use crate::canonical::{Block, CacheMark, Role, Text};

fn marked(count: usize) -> Request {
    let marked = |at: usize| {
        let cache = Some(if at == 0 { CacheMark::OneHour } else { CacheMark::FiveMinutes });
        Block::Text(Text { cache, ..Text::new(at.to_string()) })
    };
    chat(vec![(Role::User, (0..count).map(marked).collect())])
}

#[test]
fn the_first_and_the_last_three_marks_stay() {
    for (count, stay, losses) in [(4, vec![0, 1, 2, 3], 0), (5, vec![0, 2, 3, 4], 1), (9, vec![0, 6, 7, 8], 1)] {
        let (body, notes) = encoded(&marked(count));
        let blocks = body["messages"][0]["content"].as_array().unwrap();
        let kept: Vec<_> = (0..count).filter(|at| blocks[*at].get("cache_control").is_some()).collect();
        assert_eq!((kept, notes.lost().len()), (stay, losses));
        assert_eq!(blocks[0]["cache_control"], serde_json::json!({"type":"ephemeral","ttl":"1h"}));
    }
}

#[test]
fn an_hour_after_five_minutes_becomes_five_minutes() {
    let mut request = marked(2);
    request.messages[0].content.reverse();
    let (body, notes) = encoded(&request);
    let ttls: Vec<_> = [0, 1].map(|at| body["messages"][0]["content"][at]["cache_control"].get("ttl")).to_vec();
    assert_eq!((ttls, notes.lost().len()), (vec![None, None], 1));
}
