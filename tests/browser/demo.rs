//! What `cargo up --demo` prints: whoever opens one of its links is in the firm, as its person.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    house::House,
    page::TABLET,
    person::{Device, Person, id},
};

const CURIOUS: Person = Person {
    name: "",
    device: "見本を見る端末",
    passphrase: "はるのうみ ひねもすのたり のたりかな",
};

/// Makes the demo's past, and plays its people; ended when dropped.
struct Maker {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Maker {
    /// Starts it as `cargo up` does, and waits until the database is there.
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
        command.arg("--data").arg(data).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        while !data.join("mendan.sqlite").exists() {
            assert_eq!(child.try_wait().unwrap(), None, "no firm was made");
            pause();
        }
        Self { child, output }
    }

    /// Tells it where the server is; hands out whose link is which.
    fn links(&mut self, origin: &str) -> Vec<(String, String)> {
        writeln!(self.child.stdin.take().unwrap(), "{origin}").unwrap();
        let (mut title, mut links) = (String::new(), vec![]);
        while links.len() < 3 {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended");
            let line = line.trim();
            if line.starts_with(origin) {
                links.push((title.clone(), line.to_owned()));
            } else if !line.is_empty() {
                line.clone_into(&mut title);
            }
        }
        links
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn pause() {
    #[expect(clippy::disallowed_methods, reason = "another program is waited for")]
    thread::sleep(Duration::from_millis(100));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_link_of_the_demo_opens_the_firm_as_its_person_sees_it() {
    let mut maker = None;
    let Some(house) = House::open_on(|data| maker = Some(Maker::start(data))) else { return };
    let links = maker.as_mut().unwrap().links(&house.origin);
    // Of the first case that an example tells: the consultant and the employee see each other.
    for (role, sees, never) in [
        ("consultant", &["佐伯 悠真"][..], &[][..]),
        ("employee", &["佐藤 恵"], &["小田切"]),
        ("admin", &[], &["佐伯", "悠真"]),
    ] {
        let (_, url) = links.iter().find(|(title, _)| title.contains(role)).unwrap();
        let device = Device::open(&house, role, TABLET, url).await;
        device.introduce(CURIOUS, "link-device").await;
        device.wait_for_gate("open").await;
        let whole = "document.querySelector('[data-testid=opening]')?.dataset.whole === 'true'";
        device.page.wait_for(whole).await;
        device.page.click(&id("nav-home")).await;
        for name in sees {
            let is_there = format!("document.body.innerText.includes({name:?})");
            device.page.wait_for(&is_there).await;
        }
        let seen = device.page.text("body").await;
        assert!(never.iter().all(|name| !seen.contains(name)), "{role}");
        device.page.screenshot(&format!("demo-{role}")).await;
        assert_eq!(device.browser.complaints(), Vec::<String>::new());
    }
}
