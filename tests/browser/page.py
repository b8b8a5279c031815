"""Looks at a page of an audit with the real Chromium: page.py PAGE PICTURES COUNT

It fails if the page loads anything, complains on the console, runs what a certificate says, or
does not sort, filter and open as it should."""

import csv
import io
import json
import pathlib
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

page, pictures, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def start():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--force-device-scale-factor=1",
    ]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def timed(what, action):
    """Until the next frame is there."""
    begin = time.monotonic()
    result = action()
    browser.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 0))"
    )
    print(f"{count} hosts: {what}: {time.monotonic() - begin:.2f} s")
    assert time.monotonic() - begin < 15, what
    return result


def column(index):
    """The texts of a column, of the rows that are shown."""
    return browser.execute_script(
        """return [...document.querySelectorAll("#table tbody tr")].filter((row) => !row.hidden).map((row) =>
           (row.cells[arguments[0]].querySelector("summary") ?? row.cells[arguments[0]]).textContent.trim())""",
        index,
    )


def shown():
    return browser.find_element(By.ID, "count").text


def wait(text):
    WebDriverWait(browser, 15).until(lambda _: shown() == text, f"{text!r}, but {shown()!r}")


def media(scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def picture(name, width, height):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    time.sleep(0.3)
    browser.save_screenshot(f"{pictures}-{name}.png")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def background():
    return browser.execute_script("return getComputedStyle(document.body).backgroundColor")


def no_overflow(width):
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= width, f"{wide} wide at {width}"


def check_sorting():
    heads = browser.find_elements(By.CSS_SELECTOR, "#table th")
    assert len(heads) == 7
    for index, head in enumerate(heads):
        button = head.find_element(By.TAG_NAME, "button")
        before = head.get_attribute("aria-sort")
        if index == 0:
            # As with a keyboard.
            timed("sort", lambda button=button: button.send_keys(Keys.ENTER))
        else:
            timed("sort", button.click)
        order = head.get_attribute("aria-sort")
        assert order in ("ascending", "descending") and order != before, order
        assert len(browser.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1
        texts = column(index)
        assert len(texts) == count
        if index in (0, 2):
            filled = [text for text in texts if text]
            assert filled == sorted(filled, reverse=order == "descending"), filled[:20]
            assert texts[: len(filled)] == filled, "what is empty is last"
    button = heads[2].find_element(By.TAG_NAME, "button")
    button.click()
    assert heads[2].get_attribute("aria-sort") == "ascending"
    button.click()
    assert heads[2].get_attribute("aria-sort") == "descending"
    assert column(2)[0] >= column(2)[1] > ""
    heads[1].find_element(By.TAG_NAME, "button").click()
    ranks = [text.split()[1] for text in column(1)]
    assert ranks == sorted(ranks, key=["critical", "warning", "ok"].index), ranks


def check_filter():
    field = browser.find_element(By.ID, "filter")
    assert field.accessible_name == "Filter", field.accessible_name
    wait(f"{count} hosts")
    field.send_keys("MX00007 unreach")
    timed("filter", lambda: wait(f"1 of {count} hosts shown"))
    assert [text.split(".")[0] for text in column(0)] == ["mx00007"]
    field.clear()
    field.send_keys("no such host")
    wait(f"0 of {count} hosts shown")
    # What only the chain says is found, too.
    field.clear()
    field.send_keys("issued by unknown intermediate")
    WebDriverWait(browser, 15).until(lambda _: 0 < len(column(0)) < count)
    field.clear()
    field.send_keys(Keys.SPACE)
    timed("filter off", lambda: wait(f"{count} of {count} hosts shown"))
    select = Select(browser.find_element(By.ID, "severity"))
    sums = 0
    for word in ["critical", "warning", "ok"]:
        select.select_by_visible_text(word)
        verdicts = column(1)
        assert verdicts and all(word in text for text in verdicts), word
        sums += len(verdicts)
    assert sums == count
    tile = browser.find_element(By.XPATH, "//li[contains(., 'changed since the last audit')]/strong")
    select.select_by_visible_text("changed")
    assert len(column(1)) == int(tile.text) > 0, tile.text
    select.select_by_visible_text("all")
    wait(f"{count} of {count} hosts shown")


def check_rows():
    row = browser.find_element(By.CSS_SELECTOR, "#table tbody tr:has(ol)")
    details, summary = (row.find_element(By.TAG_NAME, name) for name in ("details", "summary"))
    chain = row.find_element(By.TAG_NAME, "ol")
    assert not chain.is_displayed()
    summary.send_keys(Keys.ENTER)
    assert chain.is_displayed() and "issued by" in chain.text and "SHA-256 " in chain.text and "serial " in chain.text
    assert chain.size["width"] > 500, "an open row has the whole width"
    summary.click()
    assert details.get_attribute("open") is None
    # Anywhere in the row will do.
    row.find_elements(By.TAG_NAME, "td")[3].click()
    assert details.get_attribute("open") is not None
    summary.click()


def check_links():
    """The address of a host opens it, and brings it into sight, even if it is filtered away."""
    field = browser.find_element(By.ID, "filter")
    field.send_keys("no such host")
    wait(f"0 of {count} hosts shown")
    # One far down: its certificate is good for long.
    host = browser.execute_script("return [...document.querySelectorAll('#table tbody tr')].at(-1).id")
    assert host.endswith(":25"), host
    timed("link", lambda: browser.get(f"{page.as_uri()}#{host}"))
    row = browser.find_element(By.ID, host)
    WebDriverWait(browser, 15).until(lambda _: row.find_element(By.TAG_NAME, "ol").is_displayed())
    assert field.get_attribute("value") == ""
    top = browser.execute_script("return arguments[0].getBoundingClientRect().top", row)
    assert 0 <= top < 900, top
    link = row.find_element(By.LINK_TEXT, "Link to this host")
    assert link.get_attribute("href").split("#")[1].replace("%3A", ":") == host
    picture("link", 1280, 900)
    # A fresh load of the same address, as from a mail.
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#{host}")
    row = browser.find_element(By.ID, host)
    assert row.find_element(By.TAG_NAME, "ol").is_displayed()
    top = browser.execute_script("return arguments[0].getBoundingClientRect().top", row)
    assert 0 <= top < 900, top
    # What is no host, or no text, is no error.
    for other in ("nobody.example:25", "%", "table"):
        browser.get(f"{page.as_uri()}#{other}")
    # Those that expire next lead to their rows.
    name = browser.find_element(By.CSS_SELECTOR, ".next a")
    wanted = name.text
    name.send_keys(Keys.ENTER)
    chain = browser.find_element(By.ID, wanted).find_element(By.TAG_NAME, "ol")
    WebDriverWait(browser, 15).until(lambda _: chain.is_displayed())
    browser.get(page.as_uri())


def check_saving():
    """The button saves what is shown, for a spreadsheet."""
    folder = tempfile.mkdtemp()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": folder})
    field = browser.find_element(By.ID, "filter")
    field.send_keys("mx0000")
    WebDriverWait(browser, 15).until(lambda _: 0 < len(column(0)) <= 10)
    for name in ([] if count > 100 else [""]) + ["mx0000"]:
        field.clear()
        field.send_keys(name or Keys.SPACE)
        time.sleep(0.5)
        shown_hosts = [text.split(" ")[0] for text in column(0)]
        button = browser.find_element(By.ID, "save")
        button.click()
        saved = WebDriverWait(browser, 15).until(
            lambda _: [path for path in pathlib.Path(folder).glob("certificates-*.csv") if path.stat().st_size]
        )
        raw = saved[0].read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n"), raw[:40]
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), strict=True))
        assert [row["host"] for row in rows] == shown_hosts, (rows, shown_hosts)
        for row in rows:
            assert row["verdict"] in ("critical", "warning", "ok"), row
            assert (len(row["sha256"]) == 64) == bool(row["expires"]), row
            # Nothing is a formula, though one label is.
            assert not any(text.startswith(tuple("=+-@")) for text in row.values()), row
        assert "'=1+1" in [row["label"] for row in rows], rows
        saved[0].unlink()
    field.clear()
    field.send_keys(Keys.SPACE)
    wait(f"{count} of {count} hosts shown")


def check_hostile():
    assert browser.title.startswith("Certificates of mail servers"), browser.title
    assert not browser.find_elements(By.TAG_NAME, "img")
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 1
    row = next(r for r in browser.find_elements(By.CSS_SELECTOR, "#table tbody tr") if "hostile" in r.text)
    row.find_element(By.TAG_NAME, "summary").click()
    text = row.find_element(By.TAG_NAME, "ol").text
    assert "<script>document.title='owned'</script>\"'><img src=x" in text, text
    assert "\\u{202e}&lt;\\x1b[2J</style>" in text, text
    browser.execute_script("arguments[0].scrollIntoView()", row)
    picture("hostile", 1280, 900)
    row.find_element(By.TAG_NAME, "summary").click()


def check_without_script():
    """All is there, and opens; what would do nothing is not."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(page.as_uri())
    assert not browser.find_element(By.ID, "controls").is_displayed()
    assert not any(button.is_displayed() for button in browser.find_elements(By.TAG_NAME, "button"))
    rows = browser.find_elements(By.CSS_SELECTOR, "#table tbody tr")
    assert len(rows) == count and all(row.is_displayed() for row in rows)
    chain = rows[0].find_element(By.TAG_NAME, "ol")
    assert not chain.is_displayed()
    rows[0].find_element(By.TAG_NAME, "summary").click()
    assert chain.is_displayed()
    picture("without-script-1280", 1280, 2200)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get(page.as_uri())


def check_policy():
    """The policy is in force: what somebody might get into the page would not run."""
    ran = browser.execute_script(
        """const script = document.createElement("script"); script.textContent = "window.ran = true";
           document.body.append(script); const ran = window.ran === true; script.remove(); return ran"""
    )
    assert not ran, "a script without its hash has run"
    complaints = browser.get_log("browser")
    assert any("Content Security Policy" in entry["message"] for entry in complaints), complaints


def check_accessibility():
    """What a screen reader is told."""
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {}
    for node in tree:
        if not node.get("ignored"):
            roles.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    assert len(roles["columnheader"]) >= 7 and roles["columnheader"][-7] == "Host", roles["columnheader"]
    assert "Hosts" in roles["table"], roles["table"]
    assert len(roles["row"]) >= count + 1
    charts = roles.get("image", []) + roles.get("img", [])
    assert len(charts) == 7 and any("trusted: " in name for name in charts), charts
    for role in ("button", "searchbox", "combobox"):
        assert roles[role] and all(roles[role]), role


def check_layout():
    """At every width, light and dark."""
    light = background()
    picture("light-1280", 1280, 2200)
    picture("light-400", 400, 3600)
    for width in (320, 400, 800, 1280):
        no_overflow(width)
    media("dark")
    assert background() != light
    picture("dark-1280", 1280, 2200)
    picture("dark-400", 400, 3600)
    media("light")


browser = start()
try:
    browser.set_window_size(1280, 900)
    timed("load", lambda: browser.get(page.as_uri()))
    # Its layout does not depend on how many rows there are; each change of it costs seconds of CPU.
    if count < 5000:
        check_layout()
    if count < 100:
        check_accessibility()
    check_sorting()
    check_filter()
    check_rows()
    check_saving()
    check_links()
    if count < 100:
        check_hostile()
        check_without_script()
    complaints = browser.get_log("browser")
    assert complaints == [], complaints
    asked = set()
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    # A blob is what the button saves.
    own = ("data:", "blob:", "about:")
    others = {url for url in asked if url.split("#")[0] != page.as_uri() and not url.startswith(own)}
    assert page.as_uri() in asked and not others, asked
    check_policy()
finally:
    browser.quit()
