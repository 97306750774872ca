//! What leaves the room and what does not, as in examples 2 and 3.

use crate::{
    access,
    casework::{act, gather, to_case},
    house::House,
    page::{PHONE, Page, TABLET},
    person::id,
};

/// Somebody who may be told, as the form asks for it.
struct Told<'a> {
    category: &'a str,
    recipient: &'a str,
    name: &'a str,
    spoken: &'a str,
    identity: &'a str,
    text: &'a str,
}

async fn begin(page: &Page, told: Told<'_>) {
    let chips = [
        ("m.category", told.category),
        ("m.recipient", told.recipient),
        ("m.spoken", told.spoken),
        ("m.identity", told.identity),
    ];
    for (name, code) in chips {
        page.click(&format!("label:has(input[name={name:?}][value={code:?}])")).await;
    }
    page.fill(&id("m.name"), told.name).await;
    page.fill(&id("m.text"), told.text).await;
    page.click(&act("begin")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_from_the_employee_the_company_hears_nothing() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    let page = &tablet.page;
    to_case(page).await;
    page.click(&id("to-tell")).await;
    begin(
        page,
        Told {
            category: "harassment",
            recipient: "personnel",
            name: "人事課",
            spoken: "refused",
            identity: "anonymous",
            text: "主任の言い方について確認をお願いします。",
        },
    )
    .await;
    page.wait_for_element("#matter-0 [data-row=r8]").await;
    assert!(page.text("#matter-0").await.contains("本人の同意がないので、会社には伝えません"));
    for way in ["written:0", "spoken:0", "send:0"] {
        let button = format!("document.querySelector({:?})", act(way));
        assert_eq!(page.evaluate(&button).await, serde_json::Value::Null, "{way}");
    }
    page.click(&act("decline:0")).await;
    page.wait_for("document.querySelector('#lines')?.innerText.includes('伝えなかった')").await;
    // Somebody from the company asks: the answer is always the same.
    page.click("[data-testid=tell] .card details:has([data-testid=inquire]) summary").await;
    page.fill(&id("q.name"), "ユニット課長").await;
    page.click(&act("inquire")).await;
    page.wait_for("document.querySelector('#lines').innerText.includes('ユニット課長')").await;
    access::look(page, "tell-refused", TABLET).await;
    // The employee hears of that in person first.
    page.click("#lines [data-act^='told-line:']").await;
    page.wait_for("!document.querySelector(\"#lines [data-act^='told-line:']\")").await;

    tablet.wait_for_badge("sent").await;
    let page = &phone.page;
    page.click(&id("see-case")).await;
    page.click(&id("to-tell")).await;
    page.wait_for("document.querySelector('#lines')?.innerText.includes('問い合わせ')").await;
    access::look(page, "own-lines", PHONE).await;
}

/// Tonight: nothing waits for a network, and nothing but what saves a life is told.
#[tokio::test(flavor = "multi_thread")]
async fn in_danger_the_sister_is_told_what_she_needs_and_no_more() {
    const WORDS: &str =
        "本日、ご本人の安全が心配な状態です。今いる場所は〇〇、すぐに付き添いが必要です";
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    tablet.wait_for_badge("sent").await;
    tablet.browser.set_offline(true).await;
    to_case(page).await;
    page.click(&id("to-risk")).await;
    page.wait_for("document.querySelector('#windows').innerText.includes('119')").await;
    page.click("label:has(input[name='r.level'][value=urgent])").await;
    page.click("label:has(input[name='r.kinds'][value=self_harm])").await;
    page.fill(&id("r.facts"), "今夜の具体的な手段に言及した。家に帰りたくないと話す。").await;
    page.fill(&id("r.asked"), "死にたい気持ちと手段を直接たずね、今夜と答えた").await;
    page.click("label:has(input[name='r.told'])").await;
    page.click("label:has(input[name='r.consent'][value=refused])").await;
    page.fill(&id("r.consent_why"), "「誰にも言わないで」。生命の危険が切迫").await;
    page.click("label:has(input[name='r.second'][value=lead])").await;
    page.fill(&id("r.actions"), "同席を続ける\n119に電話").await;
    access::look(page, "risk-urgent", TABLET).await;
    page.click(&act("assess")).await;
    page.wait_for_element("#risk[data-level=urgent]").await;

    page.click("#risk [data-testid=to-tell]").await;
    begin(
        page,
        Told {
            category: "danger",
            recipient: "family",
            name: "姉",
            spoken: "refused",
            identity: "named",
            text: WORDS,
        },
    )
    .await;
    page.wait_for_element("#matter-0 [data-row=r1]").await;
    page.click("#matter-0 details:nth-of-type(1) summary").await;
    let limit = page.evaluate("document.getElementById('b-x0.text').maxLength").await;
    assert_eq!(limit, 120);
    // A sentence of the assessment may not go out.
    page.replace(&id("x0.text"), "家に帰りたくないと話す。付き添いが必要です").await;
    page.click(&act("redraft:0")).await;
    page.wait_for("document.querySelector('#matter-0 blockquote').innerText.includes('家に')")
        .await;
    page.click(&act("spoken:0")).await;
    page.wait_for_element(&id("notice")).await;
    page.click(&id("dismiss")).await;
    page.replace(&id("x0.text"), WORDS).await;
    page.click(&act("redraft:0")).await;
    page.click("#matter-0 details:nth-of-type(2) summary").await;
    page.click("label:has(input[name='x0.ground'][value=why_no_consent])").await;
    page.fill(&id("x0.note"), "拒否。生命の危険が切迫").await;
    page.click(&act("note:0")).await;
    page.wait_for("document.querySelector('#matter-0 .rows')?.innerText.includes('切迫')").await;
    access::look(page, "tell-danger", TABLET).await;
    page.click(&act("spoken:0")).await;
    page.wait_for_element("#matter-0[data-state=transmitted]").await;
    page.wait_for("document.querySelector('#lines').innerText.includes('姉')").await;
    // That the employee is still to be told stays in sight.
    to_case(page).await;
    page.wait_for("document.querySelector('#missing').innerText.includes('まだ伝えていない')")
        .await;
    access::look(page, "case-danger", TABLET).await;
}
