//! A JOB card from its first line to the comment that both agree to.

use serde_json::json;

use crate::{
    access,
    casework::{act, gather, to_case},
    house::House,
    page::{PHONE, TABLET},
    paper,
    person::{Device, id},
};

const STRENGTHS: &str = "設備の異音で不具合が分かる。図面を読むのが速い。苦手は人前の説明で、朝礼の当番を引き受けて慣らしている。";
const COMMENT: &str = "教えることに手応えを感じておられます。役割の中身を確かめたうえで、技術と育成を両立する働き方を検討中です。";

fn field(name: &str) -> String {
    format!("[data-testid=form] [data-field={name:?}]")
}

/// The employee begins a card on the phone, and shows some of it.
async fn write(phone: &Device) {
    let page = &phone.page;
    page.click(&id("see-case")).await;
    page.click(&act("card")).await;
    page.click(&id("to-card")).await;
    page.wait_for_element("#prep").await;
    access::look(page, "card-empty", PHONE).await;
    page.click(&id("fill-card")).await;
    page.fill(&field("name"), "佐伯 悠真").await;
    page.choose(&field("birth_date"), "1992-06-03").await;
    page.fill(&field("address"), "東京都大田区羽田旭町1-2-3 みなとハイツ204").await;
    page.fill(&field("strengths"), STRENGTHS).await;
    page.fill(&field("values_interests"), "自分の手で直したものが動く瞬間が好き。").await;
    page.fill(&field("wish_to_discuss"), "係長の打診があったが迷っている").await;
    page.click("fieldset[data-field=jobs] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=jobs] [data-field$='/company']", "株式会社みなと精工").await;
    phone.wait_for_badge("sent").await;
    access::look(page, "card-form", PHONE).await;
    page.evaluate("history.back()").await;
    page.click(&act("ready")).await;
    page.wait_for_element(&act("unready")).await;
    for sheet in ["plan", "career"] {
        page.click(&format!("#shown label:has(input[value={sheet}])")).await;
    }
    page.choose(&id("s.until"), "2030-03-31").await;
    page.click(&act("show")).await;
    page.wait_for_element("#shown .row").await;
    access::look(page, "card-own", PHONE).await;
    let told = page.evaluate("document.querySelector('.official').textContent").await;
    let told = told.as_str().unwrap();
    for words in ["様式1-1", "様式2", "様式3-1", "様式3-2", "平成4年6月3日", STRENGTHS]
    {
        assert!(told.contains(words), "{words}");
    }
    assert_eq!(paper::print(page, "job-card", PHONE).await, 4, "each form on a sheet of its own");
}

/// The consultant reads it and writes what both will put their names to.
async fn comment(tablet: &Device) {
    let page = &tablet.page;
    to_case(page).await;
    page.click(&id("to-card")).await;
    page.wait_for(&format!(
        "document.querySelector('#content')?.innerText.includes({})",
        json!(STRENGTHS)
    ))
    .await;
    page.click(&id("comment-card")).await;
    page.click("fieldset[data-field=comments] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=comments] textarea[data-field$='/comment']", COMMENT).await;
    tablet.wait_for_badge("sent").await;
    page.evaluate("history.back()").await;
    page.click("#comments [data-act^='sign:']").await;
    page.wait_for("!document.querySelector('#comments [data-act^=\"sign:\"]')").await;
    access::look(page, "card", TABLET).await;
    access::look_in_english(page, "card").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_shown_in_part_and_commented_on_with_two_names() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    write(&phone).await;
    phone.wait_for_badge("sent").await;

    comment(&tablet).await;
    tablet.wait_for_badge("sent").await;

    let page = &phone.page;
    page.click("#comments [data-act^='agree:']").await;
    page.wait_for("document.querySelector('#comments').innerText.includes('両者が署名')").await;
    tablet
        .page
        .wait_for("document.querySelector('#comments').innerText.includes('両者が署名')")
        .await;
    assert!(tablet.page.text("#comments").await.contains(COMMENT));
}
