//! Pages of long lists: sorted by one value and then by id, so that no two rows stand in the same place. A cursor says
//! what the list was sorted by and where the page ended; with another order it is refused.

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, Order};

use crate::error::StoreError;
use crate::inputs::Page;

const MOST: u64 = 1000;

/// The page size: what was asked for, within reason.
pub(crate) fn size(limit: u64) -> u64 {
    limit.clamp(1, MOST)
}

/// The value a list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Compared without regard to case.
    Text(String),
    Number(i64),
}

/// One way to sort a list.
pub(crate) struct Sorting<'t, T, C> {
    /// What it is called in cursors.
    pub(crate) name: &'static str,
    pub(crate) descending: bool,
    /// The column. Rows without a value stand where `without` says.
    pub(crate) column: C,
    pub(crate) without: Option<i64>,
    pub(crate) value: &'t (dyn Fn(&T) -> Value + Sync),
}

impl<T, C: ColumnTrait> Sorting<'_, T, C> {
    pub(crate) fn order(&self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }

    /// What rows are compared by.
    pub(crate) fn expression(&self, sample: &Value) -> Expr {
        match (sample, self.without) {
            (Value::Text(_), _) => Func::lower(Expr::col(self.column)).into(),
            (Value::Number(_), None) => Expr::col(self.column),
            (Value::Number(_), Some(without)) => Func::coalesce([Expr::col(self.column), Expr::val(without)]).into(),
        }
    }

    /// Rows behind the cursor's.
    pub(crate) fn behind(&self, cursor: &str, id: C) -> Result<Condition, StoreError> {
        let mut parts = cursor.split('~');
        let (Some(name), Some(value), Some(last), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(StoreError::BadCursor);
        };
        let (sign, value) = value.split_at_checked(1).ok_or(StoreError::BadCursor)?;
        let value = match sign {
            "n" => Value::Number(value.parse().map_err(|_| StoreError::BadCursor)?),
            "t" => Value::Text(from_hex(value).ok_or(StoreError::BadCursor)?),
            _ => return Err(StoreError::BadCursor),
        };
        if name != self.cursor_name() {
            return Err(StoreError::BadCursor);
        }
        let here = self.expression(&value);
        let there: Expr = match value {
            Value::Text(text) => Func::lower(Expr::val(text)).into(),
            Value::Number(number) => Expr::val(number),
        };
        let id = Expr::col(id);
        let (beyond, further) = if self.descending {
            (here.clone().lt(there.clone()), id.lt(last))
        } else {
            (here.clone().gt(there.clone()), id.gt(last))
        };
        Ok(Condition::any().add(beyond).add(Condition::all().add(here.eq(there)).add(further)))
    }

    /// The cursor of a row.
    pub(crate) fn cursor(&self, row: &T, id: &str) -> String {
        let value = match (self.value)(row) {
            Value::Number(number) => format!("n{number}"),
            Value::Text(text) => format!("t{}", to_hex(&text)),
        };
        format!("{}~{value}~{id}", self.cursor_name())
    }

    fn cursor_name(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.name)
    }
}

fn to_hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn from_hex(hex: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
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
