//! How much may be used: rate limits over sliding windows, calls at once, and budgets per period.
//!
//! The arithmetic is here, without a clock and without a place to keep the counters: `coordination` keeps them, in process
//! or in Redis, and both answer as these types do.

pub mod assess;
pub mod book;
pub mod claim;
pub mod claims;
pub mod estimate;
pub mod forecast;
pub mod period;
pub mod purse;
pub mod recent;
pub mod ring;
pub mod rule;
pub mod subject_id;
pub mod window;

pub use assess::{Assessment, Call, assess};
pub use book::{BudgetRule, Forgiven, LimitBook, LimitRule, Override, Rules};
pub use claim::{Ask, Claim, Counter, PurseKey, Refusal, RefusalKind, Reserved, Standing, Used};
pub use claims::{Claims, Demand, Way, Who, claims};
pub use estimate::{Estimate, Size};
pub use forecast::{Forecast, Outlook, forecast};
pub use period::{Period, PeriodKind, Zone};
pub use purse::{Purse, Threshold};
pub use recent::Recent;
pub use ring::Ring;
pub use rule::{Budget, Metric, RateLimit, Subject, SubjectKind, Unit};
pub use subject_id::SubjectId;
pub use window::Window;
