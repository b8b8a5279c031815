// Sorting and filtering. Without it the page is as complete, only longer to read.
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

  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = severity.value;
    let shown = 0;
    for (const row of rows) {
      const fits = (wanted === "" || row.dataset.s === wanted) && words.every((word) => text(row).includes(word));
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

  // The whole row opens, unless somebody selects its text.
  body.addEventListener("click", (event) => {
    if (event.target.closest("details, a") || String(getSelection()) !== "") return;
    const details = event.target.closest("tr").querySelector("details");
    details.open = !details.open;
  });
})();
