//! Pages of a list: filter, token, size (spec/api-cli 1.7).

use super::error::HttpError;
use super::request::Request;

/// A row of a list before it is shown.
pub(super) struct Row<T> {
    /// Where it stands: the token of a page that starts with it.
    pub token: String,
    /// What it is.
    pub item: T,
}

/// One page of a list.
pub(super) struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Token of the page after it.
    pub next: Option<String>,
}

/// How a request wants its list.
pub(super) struct Paging {
    per_page: usize,
    next_token: String,
}

impl Paging {
    /// Reads the parameters.
    pub(super) fn of(request: &Request) -> Result<Self, HttpError> {
        let per_page = match request.query.value("per_page") {
            None | Some("") => 0,
            Some(text) => text
                .parse::<i32>()
                .ok()
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(|| {
                    HttpError::bad("Expect a number for `per_page` query string parameter")
                })?,
        };
        Ok(Self {
            per_page,
            next_token: request.query.text("next_token").to_owned(),
        })
    }

    /// Takes the page out of `rows`, which come in the list's order; `keep` is the filter.
    pub(super) fn take<T>(
        &self,
        rows: impl Iterator<Item = Row<T>>,
        reverse: bool,
        mut keep: impl FnMut(&T) -> Result<bool, HttpError>,
    ) -> Result<Page<T>, HttpError> {
        let mut page = Page {
            items: Vec::new(),
            next: None,
        };
        for row in rows {
            let before = if reverse {
                token_order(&row.token) > token_order(&self.next_token)
            } else {
                token_order(&row.token) < token_order(&self.next_token)
            };
            if (!self.next_token.is_empty() && before) || !keep(&row.item)? {
                continue;
            }
            if self.per_page > 0 && page.items.len() == self.per_page {
                page.next = Some(row.token);
                break;
            }
            page.items.push(row.item);
        }
        Ok(page)
    }
}

/// Tokens such as `17.<id>` order by their number first.
fn token_order(token: &str) -> (u64, &str) {
    let number = token
        .split_once('.')
        .and_then(|(number, _)| number.parse().ok());
    (number.unwrap_or(0), token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> impl Iterator<Item = Row<u32>> {
        (1..=5).map(|n| Row {
            token: format!("{}.x", n * 3),
            item: n,
        })
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_overlap() {
        let mut token = String::new();
        let mut seen = Vec::new();
        loop {
            let paging = Paging {
                per_page: 2,
                next_token: token.clone(),
            };
            let page = paging.take(rows(), false, |_| Ok(true)).unwrap();
            seen.extend(page.items);
            match page.next {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_filter_does_not_shorten_pages() {
        let paging = Paging {
            per_page: 2,
            next_token: String::new(),
        };
        let page = paging.take(rows(), false, |n| Ok(n % 2 == 1)).unwrap();
        assert_eq!(
            (page.items, page.next.as_deref()),
            (vec![1, 3], Some("15.x"))
        );
    }
}
