//! Pages of long lists, newest first.

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition};

use crate::error::StoreError;
use crate::inputs::Page;

const MOST: u64 = 1000;

/// The page size: what was asked for, within reason.
pub(crate) fn size(limit: u64) -> u64 {
    limit.clamp(1, MOST)
}

/// Rows older than the cursor's, by creation time and then id.
pub(crate) fn after<C: ColumnTrait>(cursor: &str, created: C, id: C) -> Result<Condition, StoreError> {
    let (time, last) = cursor.split_once('.').ok_or(StoreError::BadCursor)?;
    let time: i64 = time.parse().map_err(|_| StoreError::BadCursor)?;
    Ok(Condition::any().add(created.lt(time)).add(Condition::all().add(created.eq(time)).add(id.lt(last))))
}

/// Cuts a list that was read one row too long, and makes the cursor of its last row.
pub(crate) fn cut<T>(mut items: Vec<T>, limit: u64, cursor: impl Fn(&T) -> String) -> Page<T> {
    let limit = usize::try_from(size(limit)).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = if more { items.last().map(cursor) } else { None };
    Page { items, next_cursor }
}

/// Whether the text occurs in the column, whatever the case; `%` and `_` mean themselves.
pub(crate) fn contains<C: ColumnTrait>(column: C, text: &str) -> Expr {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Func::lower(Expr::col(column)).like(LikeExpr::new(pattern).escape('\\'))
}
