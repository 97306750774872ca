//! Tables as offices keep them: the first sheet of a workbook (ECMA-376) as comma-separated values
//! (RFC 4180), which is what the engine reads.
//!
//! Nothing here unpacks: what a part of the archive holds is handed in.

pub mod sheet;
pub mod zip;

/// Comma-separated values. Every cell is quoted; a line break inside of one becomes a blank, so that
/// lines are counted as the workbook counts its rows.
pub fn csv(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push('"');
            text.push_str(&cell.replace('"', "\"\"").replace(['\r', '\n'], " "));
            text.push('"');
        }
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_one_cell_on_one_line() {
        let rows = [
            vec!["氏名".to_owned(), "所属".to_owned()],
            vec![],
            vec!["グエン \"ホア\"".to_owned(), "本社,\n二課".to_owned()],
        ];

        assert_eq!(
            csv(&rows),
            "\"氏名\",\"所属\"\r\n\r\n\"グエン \"\"ホア\"\"\",\"本社, 二課\"\r\n"
        );
    }
}
