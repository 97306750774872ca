//! Time since an interview began, as people write it: hours and minutes.

/// `00:07` for seven minutes; seconds are shown only where there are some.
pub fn show(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("{hours:02}:{minutes:02}")
    } else {
        format!("{hours:02}:{minutes:02}:{rest:02}")
    }
}

/// Seconds from `00:07`, `7`, `7分`, `1:02:30`, in any width of digits. `None` if it is no time.
pub fn parse(text: &str) -> Option<i64> {
    let plain: String = text.trim().chars().filter_map(narrow).collect();
    let parts: Option<Vec<i64>> = plain.split(':').map(number).collect();
    match parts?.as_slice() {
        [minutes] => minutes.checked_mul(60),
        [hours, minutes] if *minutes < 60 => {
            Some(hours.checked_mul(60)?.checked_add(*minutes)? * 60)
        }
        [hours, minutes, seconds] if *minutes < 60 && *seconds < 60 => {
            Some((hours.checked_mul(60)?.checked_add(*minutes)? * 60).checked_add(*seconds)?)
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<i64> {
    if text.len() > 4 { None } else { text.parse::<u16>().ok().map(i64::from) }
}

/// The half-width form of a digit or colon; nothing for spaces and units.
fn narrow(letter: char) -> Option<char> {
    match letter {
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
        '：' | '時' => Some(':'),
        '分' | ' ' | '\u{3000}' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_understood_however_they_are_typed() {
        for text in ["00:07", "7", "０７", "0：07", "７分", " 7 ", "0時7分"] {
            assert_eq!(parse(text), Some(7 * 60), "{text}");
        }
        assert_eq!(parse("1:02"), Some(62 * 60));
        assert_eq!(parse("0:19:30"), Some(19 * 60 + 30));
        for text in ["", "abc", "1:99", "-3", "1:2:3:4", "99999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_survives_being_shown() {
        for seconds in [0, 7 * 60, 52 * 60, 62 * 60, 19 * 60 + 30] {
            assert_eq!(parse(&show(seconds)), Some(seconds));
        }
        assert_eq!(show(7 * 60), "00:07");
    }
}
