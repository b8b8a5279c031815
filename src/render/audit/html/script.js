// Sorting, filtering, links to hosts and saving. Without it the page is as complete, only longer to
// read.
"use strict";
(() => {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const filter = document.getElementById("filter");
  const severity = document.getElementById("severity");
  const count = document.getElementById("count");
  const collator = new Intl.Collator("en", { numeric: true });
  let rows = [...body.rows];

  const key = (row, column) => {
    const cell = row.cells[column];
    switch (column) {
      case 0: return cell.querySelector("summary").textContent;
      case 1: return row.dataset.s + cell.textContent;
      default: return cell.textContent.trim();
    }
  };

  const sort = (column) => {
    const head = heads[column];
    // A verdict is looked for from the worst, everything else from the first.
    const begin = column === 1 ? "descending" : "ascending";
    const other = column === 1 ? "ascending" : "descending";
    const order = head.getAttribute("aria-sort") === begin ? other : begin;
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const keyed = rows.map((row) => [key(row, column), row]);
    keyed.sort(([a], [b]) => {
      // What has nothing is last, both ways.
      if (a === "" || b === "") return (a === "") - (b === "");
      return sign * collator.compare(a, b);
    });
    rows = keyed.map(([, row]) => row);
    body.append(...rows);
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });

  const texts = new Map();
  const text = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  const is = (row, wanted) => {
    if (wanted === "changed") return row.cells[6].querySelector("i") !== null;
    return wanted === "" || row.dataset.s === wanted;
  };

  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = severity.value;
    let shown = 0;
    for (const row of rows) {
      const fits = is(row, wanted) && words.every((word) => text(row).includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = `${shown} of ${rows.length} hosts shown`;
  };

  let timer = 0;
  filter.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 150);
  });
  severity.addEventListener("change", show);
  document.getElementById("controls").hidden = false;
  // A browser may put back what was typed before.
  if (filter.value !== "" || severity.value !== "") show();

  // A link opens its host, even if the filter hides it.
  const go = () => {
    let name;
    try {
      name = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const row = rows.find((row) => row.id === name);
    if (!row) return;
    if (row.hidden) {
      filter.value = "";
      severity.value = "";
      show();
    }
    row.querySelector("details").open = true;
    row.scrollIntoView();
  };
  addEventListener("hashchange", go);
  go();

  // An open row has the link to itself.
  body.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.open || details.querySelector("a")) return;
    const link = document.createElement("a");
    link.href = `#${encodeURIComponent(details.closest("tr").id)}`;
    link.textContent = "Link to this host";
    details.lastElementChild.append(link);
  }, true);

  // What is shown, as a file for a spreadsheet, in the order of the page.
  const texts_of = (row) => {
    const cells = [...row.cells];
    const text = (element) => (element ? element.textContent.trim() : "");
    const small = (cell) => text(cell.querySelector("small"));
    const first = (cell) => text(cell.firstChild);
    const summary = cells[0].querySelector("summary");
    const changes = [...cells[6].querySelectorAll("i")].map(text);
    const codes = text(cells[6].lastChild);
    return [
      first(summary), small(summary), text(cells[1].querySelector("b")).split(" ").slice(1).join(" "), small(cells[1]),
      first(cells[2]), small(cells[2]), text(cells[3]), text(cells[4]), text(cells[5]),
      changes.includes(codes) ? "" : codes, changes.join(" "), text(row.querySelector("code.sha256")),
    ];
  };
  const field = (text) => {
    // Spreadsheets run text that begins like a formula.
    const harmless = /^[=+\-@]/.test(text) ? `'${text}` : text;
    return `"${harmless.replaceAll('"', '""')}"`;
  };
  document.getElementById("save").addEventListener("click", () => {
    const heads = ["host", "label", "verdict", "outcome", "expires", "left", "issuer", "key", "tls", "findings", "changes", "sha256"];
    const shown = rows.filter((row) => !row.hidden).map(texts_of);
    const lines = [heads, ...shown].map((fields) => fields.map(field).join(","));
    // Excel takes a file for UTF-8 only with the mark.
    const file = new Blob(["\ufeff", ...lines.map((line) => `${line}\r\n`)], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `certificates-${document.querySelector("time").dateTime.slice(0, 10)}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });

  // The whole row opens, unless the reader selects its text.
  body.addEventListener("click", (event) => {
    if (event.target.closest("details, a") || String(getSelection()) !== "") return;
    const details = event.target.closest("tr").querySelector("details");
    details.open = !details.open;
  });
})();
