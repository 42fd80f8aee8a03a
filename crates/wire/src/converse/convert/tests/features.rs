//! What only some of Bedrock's models take.

use thinkwatch_policy::dialect::Dialect;

use super::sent_to;
use crate::canonical::{Feature, Request};
use crate::convert::tests::asking;

fn asks(feature: Feature) -> Request {
    asking::call(Dialect::Converse, feature).unwrap().0
}

#[test]
fn what_claude_alone_takes_is_noted_as_lost_for_others() {
    for one in [
        Feature::TopK,
        Feature::ParallelToolCalls,
        Feature::ThinkingSwitch,
        Feature::CacheMarks,
        Feature::ThinkingBudget,
    ] {
        let request = asks(one);
        let (body, lost) = sent_to("meta.llama3-70b-instruct-v1:0", &request, false).unwrap();
        assert_eq!(lost.len(), 1, "{one:?}");
        assert!(body.get("additionalModelRequestFields").is_none(), "{body}");
        assert!(!body.to_string().contains("cachePoint"), "{body}");
        assert!(sent_to("meta.llama3-70b-instruct-v1:0", &request, true).is_err(), "{one:?}");
    }
    let (body, lost) = sent_to("amazon.nova-pro-v1:0", &asks(Feature::TopK), false).unwrap();
    assert_eq!((lost.len(), &body["additionalModelRequestFields"]["inferenceConfig"]["topK"]), (0, &5.into()));
}
