//! What a screen reader and a keyboard need, on every page.

use serde_json::Value;

use crate::{
    axe,
    house::House,
    page::{LARGE, NARROW, PHONE, Page, Screen, TABLET, UPRIGHT},
    person::{ADMIN, CONSULTANT, Device, SAEKI, id},
};

/// Everything wrong with the page on the screen.
const CHECK: &str = "(() => {
    const wrong = [];
    const say = (what, it) => wrong.push(what + ': ' + (it.outerHTML ?? '').slice(0, 160));
    const isShown = it => it.checkVisibility();
    const nameOf = it => {
      const by = (it.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean)
        .map(one => document.getElementById(one)?.textContent ?? '').join(' ');
      const labels = [...(it.labels ?? [])].map(label => label.textContent).join(' ');
      return (by || it.getAttribute('aria-label') || labels || it.textContent || it.title || '').trim();
    };
    if (!/^(ja|en)$/.test(document.documentElement.lang)) say('no language', document.documentElement);
    if (!document.title.trim()) wrong.push('no title');
    const headings = [...document.querySelectorAll('h1')].filter(isShown);
    if (headings.length !== 1) wrong.push(headings.length + ' h1: ' + headings.map(it => it.textContent));
    if ([...document.querySelectorAll('main')].filter(isShown).length !== 1) wrong.push('not one main');
    for (const it of document.querySelectorAll('button, a[href], input, textarea, select, [role=button]')) {
      if (!isShown(it) || it.type === 'hidden') continue;
      if (!nameOf(it)) say('no name', it);
      if (it.closest('[aria-hidden=true]')) say('hidden but focusable', it);
      if (it.tabIndex > 0) say('tab order', it);
    }
    for (const it of document.querySelectorAll('fieldset'))
      if (isShown(it) && !it.querySelector(':scope > legend')?.textContent.trim()) say('no legend', it);
    for (const it of document.querySelectorAll('img, svg'))
      if (!it.closest('[aria-hidden=true]') && !it.getAttribute('alt') && !nameOf(it)) say('no text', it);
    for (const it of document.querySelectorAll('nav, section, dialog, [role=dialog]'))
      if (isShown(it) && !nameOf(it)) say('no name', it);
    const ids = [...document.querySelectorAll('[id]')].map(it => it.id);
    for (const one of new Set(ids.filter((it, at) => ids.indexOf(it) !== at))) wrong.push('twice: ' + one);
    for (const attribute of ['aria-describedby', 'aria-labelledby', 'for'])
      for (const it of document.querySelectorAll(`[${attribute}]`))
        for (const one of it.getAttribute(attribute).split(' ').filter(Boolean))
          if (isShown(it) && !document.getElementById(one) && attribute !== 'aria-describedby')
            say('points nowhere', it);
    for (const it of document.querySelectorAll('textarea, input[type=text], input[type=password]'))
      if (it.spellcheck || it.translate || !it.autocomplete) say('not confidential', it);
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) wrong.push('wider than the screen by ' + wide);
    return wrong;
  })()";

/// What does not fit where letters, words and lines stand further apart (WCAG 2.1, 1.4.12).
const SPACED: &str = "(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* {
      line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
    } p { margin-block-end: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
    const cut = [];
    for (const it of document.querySelectorAll('body *')) {
      if (!it.checkVisibility() || it.closest('.visually-hidden, svg, textarea, input')) continue;
      const says = [...it.childNodes].some(child => child.nodeType === 3 && child.data.trim());
      const hides = ['hidden', 'clip'].includes(getComputedStyle(it).overflowY);
      const isOver = it.scrollHeight > it.clientHeight + 1 || it.scrollWidth > it.clientWidth + 1;
      if (says && hides && isOver) cut.push('cut off: ' + it.outerHTML.slice(0, 160));
    }
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) cut.push('wider than the screen by ' + wide);
    document.adoptedStyleSheets = [];
    return cut;
  })()";

/// Fingers need room: buttons and links that are smaller than 24 by 24 pixels.
const SMALL: &str = "[...document.querySelectorAll('button, input:not([type=radio], [type=checkbox])')]
    .filter(it => it.checkVisibility())
    .filter(it => { const box = it.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
    .map(it => 'small: ' + it.outerHTML.slice(0, 160))";

/// Texts that do not stand out enough from what is behind them (WCAG 2.2, 1.4.3).
const PALE: &str = "(() => {
    const parse = color => {
      const found = color.match(/^rgba?\\(([^)]*)\\)/);
      const parts = found ? found[1].split(/[ ,\\/]+/).map(Number) : [0, 0, 0, 0];
      return parts.length === 3 ? [...parts, 1] : parts;
    };
    const over = (top, under) => {
      const a = top[3];
      return [0, 1, 2].map(at => top[at] * a + under[at] * (1 - a)).concat(1);
    };
    const behind = it => {
      if (!it) return [255, 255, 255, 1];
      const color = parse(getComputedStyle(it).backgroundColor);
      return color[3] === 1 ? color : over(color, behind(it.parentElement));
    };
    const light = color => {
      const [r, g, b] = color.slice(0, 3).map(it => it / 255)
        .map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const pale = [];
    for (const it of document.querySelectorAll('body *')) {
      const says = [...it.childNodes].some(child => child.nodeType === 3 && child.data.trim());
      if (!says || !it.checkVisibility({visibilityProperty: true}) || it.closest('[disabled]')) continue;
      if (it.closest('.visually-hidden, .skip')) continue;
      const style = getComputedStyle(it);
      const own = parse(it instanceof SVGElement ? style.fill : style.color);
      const under = behind(it instanceof SVGElement ? it.closest('svg') : it);
      const [high, low] = [light(over(own, under)), light(under)].sort((a, b) => b - a);
      const size = parseFloat(style.fontSize), isBold = style.fontWeight >= 700;
      const least = size >= 24 || (isBold && size >= 18.66) ? 3 : 4.5;
      const ratio = (high + 0.05) / (low + 0.05);
      if (ratio < least) pale.push(`pale ${ratio.toFixed(2)}: ` + it.outerHTML.slice(0, 160));
    }
    return pale;
  })()";

pub(crate) async fn check(page: &Page, name: &str) {
    for look in [CHECK, SMALL, PALE] {
        let wrong = page.evaluate(look).await;
        assert_eq!(wrong, Value::Array(Vec::new()), "{name}");
    }
    assert_eq!(axe::findings(page).await, Value::Array(Vec::new()), "{name}");
}

/// Checks the page on the narrowest screen (WCAG 2.1, 1.4.10), and with texts spaced further apart.
pub(crate) async fn check_room(page: &Page, name: &str, usual: Screen) {
    page.show_on(Screen { is_phone: false, ..NARROW }).await;
    for (look, how) in [(CHECK, "320 pixels wide"), (SPACED, "320 pixels wide and spaced")] {
        assert_eq!(page.evaluate(look).await, Value::Array(Vec::new()), "{name}, {how}");
    }
    page.picture(&format!("{name}-narrow")).await;
    page.show_on(usual).await;
    assert_eq!(page.evaluate(SPACED).await, Value::Array(Vec::new()), "{name}, spaced");
}

/// Checks the page as everybody may see it, and takes pictures: light and dark, lying and upright,
/// with texts twice as large.
pub(crate) async fn look(page: &Page, name: &str, usual: Screen) {
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})").await;
    check(page, name).await;
    page.picture(&format!("{name}-light")).await;
    page.set_dark(true).await;
    check(page, &format!("{name}, dark")).await;
    page.picture(&format!("{name}-dark")).await;
    page.set_dark(false).await;
    if !usual.is_phone {
        page.show_on(UPRIGHT).await;
        check(page, &format!("{name}, upright")).await;
        page.picture(&format!("{name}-upright")).await;
        page.show_on(usual).await;
    }
    // Who makes everything twice as large has a screen half as wide (WCAG 2.2, 1.4.4 and 1.4.10).
    // Whoever makes the texts alone twice as large keeps the screen as wide as it is.
    page.evaluate("document.documentElement.style.fontSize = '200%'").await;
    check(page, &format!("{name}, texts twice as large")).await;
    page.picture(&format!("{name}-texts")).await;
    page.evaluate("document.documentElement.style.removeProperty('font-size')").await;
    page.show_on(if usual.is_phone { NARROW } else { LARGE }).await;
    check(page, &format!("{name}, twice as large")).await;
    page.picture(&format!("{name}-large")).await;
    page.show_on(usual).await;
}

/// The same once in English.
pub(crate) async fn look_in_english(page: &Page, name: &str) {
    page.click(&id("language")).await;
    page.wait_for("document.documentElement.lang === 'en'").await;
    page.wait_for_element("h1").await;
    check(page, &format!("{name}, in English")).await;
    let text = page.text("main").await;
    let kana = text.chars().filter(|it| ('\u{3041}'..='\u{30fa}').contains(it)).count();
    page.picture(&format!("{name}-english-{kana}")).await;
    page.click(&id("language")).await;
    page.wait_for("document.documentElement.lang === 'ja'").await;
    page.wait_for_element("h1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_heard_and_used_by_keyboard() {
    let Some(house) = House::open() else { return };
    let office = Device::open(&house, "office", TABLET, &house.origin).await;
    office.page.wait_for_element(&id("way-firm")).await;
    check(&office.page, "ways").await;
    office.page.screenshots("ways", TABLET).await;
    office.page.go(house.bootstrap.as_deref().unwrap()).await;
    office.page.wait_for_element(&id("make-firm")).await;
    check(&office.page, "make firm").await;
    office.page.screenshots("make-firm", TABLET).await;
    office.join(ADMIN, "make-firm").await;
    office.page.wait_for_element(&id("people")).await;
    check(&office.page, "people").await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    office.page.screenshots("people", TABLET).await;

    let tablet = Device::open(&house, "tablet", TABLET, &invitation).await;
    tablet.page.wait_for_element(&id("join")).await;
    check(&tablet.page, "join").await;
    tablet.page.screenshots("join", TABLET).await;
    tablet.join(CONSULTANT, "join").await;
    check(&tablet.page, "empty home").await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(&house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    check(&phone.page, "employee").await;
    phone.page.screenshots("employee", PHONE).await;

    tablet.open_case(SAEKI.name).await;
    check(&tablet.page, "home").await;
    tablet.page.screenshots("home", TABLET).await;
    tablet.add_interview(SAEKI.name).await;
    for list in ["marks", "quotes", "evidence", "goals", "organisation_codes", "homework"] {
        let add = format!("fieldset[data-field={list}] [data-testid=add-item]");
        tablet.page.click(&add).await;
        tablet.page.wait_for_element(&format!("fieldset[data-field={list}] > ol > li")).await;
    }
    check(&tablet.page, "note").await;
    tablet.page.click(&id("nav-devices")).await;
    tablet.page.wait_for_element(&id("devices")).await;
    check(&tablet.page, "devices").await;
    tablet.page.screenshots("devices", TABLET).await;
    tablet.page.click(&id("nav-unseen")).await;
    tablet.page.wait_for_element(&id("unseen")).await;
    check(&tablet.page, "unseen").await;
    tablet.page.screenshots("unseen", TABLET).await;
    tablet.page.click(&id("lock-now")).await;
    tablet.wait_for_gate("locked").await;
    check(&tablet.page, "lock").await;
    tablet.page.screenshots("lock", TABLET).await;

    tablet.page.replace(&id("passphrase"), CONSULTANT.passphrase).await;
    tablet.page.press_enter().await;
    tablet.wait_for_gate("open").await;
}
