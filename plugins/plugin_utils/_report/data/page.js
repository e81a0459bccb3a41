"use strict";
// Sorts, filters, pages and downloads the table. Whatever a machine said reaches the page by textContent only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const fields = ["verdict", "words", "tone", "system", "key", "status", "until", "by", "since", "change", "reason",
    "advice", "findings"];
  const machines = data.rows.map(([host, rank, ...places], order) => {
    const texts = places.map((place) => data.texts[place]);
    const machine = { host, rank, order, columns: texts.slice(fields.length) };
    fields.forEach((name, at) => { machine[name] = texts[at]; });
    machine.search = [host, ...texts].join("\n").toLowerCase();
    return machine;
  });

  const byId = (id) => document.getElementById(id);
  const collator = new Intl.Collator("en", { numeric: true });
  const unknownLast = (text) => (text === "" ? "\uffff" : text);
  const shown = ["host", "rank", "system", "key", "status", "until", "by", ...data.columns.map((_name, at) => at), "since"];
  const valueOf = (machine, field) => (typeof field === "number" ? machine.columns[field] : machine[field]);
  const body = document.querySelector("#table tbody");
  const heads = [...document.querySelectorAll("#table thead th")];
  const size = 200;
  const choices = ["v", "f", ...data.columns.map((_name, at) => `c${at}`)];
  let matching = machines;
  let sorting = { at: -1, down: false };
  let first = 0;

  // --- What may be chosen.

  function offer(id, entries) {
    for (const [value, words] of entries) {
      byId(id).add(new Option(words, value));
    }
  }

  function distinct(values) {
    return [...new Set(values)].filter((value) => value !== "").sort(collator.compare);
  }

  const verdicts = new Map(machines.map((machine) => [machine.verdict, machine.words]));
  offer("v", [...verdicts].filter(([verdict]) => verdict !== ""));
  offer("f", distinct(machines.flatMap((machine) => machine.findings.split(" "))).map((id) => [id, id]));
  data.columns.forEach((_name, at) => {
    offer(`c${at}`, distinct(machines.map((machine) => machine.columns[at])).map((value) => [value, value]));
  });

  // --- The rows.

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function verdictCell(machine) {
    const cell = element("td");
    const details = element("details");
    const summary = element("summary");
    summary.append(element("span", machine.words, `tag ${machine.tone}`));
    if (machine.change === "new") summary.append(" (new)");
    details.append(summary, element("p", machine.reason));
    if (machine.advice) details.append(element("p", machine.advice));
    cell.append(details);
    return cell;
  }

  function row(machine) {
    const made = element("tr");
    const head = element("th", machine.host);
    head.scope = "row";
    made.append(head, verdictCell(machine));
    for (const field of shown.slice(2)) {
      const unknown = ["system", "key", "status"].includes(field) ? "?" : "–";
      made.append(element("td", valueOf(machine, field) || unknown, ["until", "since"].includes(field) ? "when" : ""));
    }
    return made;
  }

  function draw() {
    const page = matching.slice(first, first + size);
    body.replaceChildren(...page.map(row));
    const order = sorting.at < 0 ? ", worst first" : "";
    byId("count").textContent = `${matching.length} of ${machines.length} machines${order}`;
    byId("pages").hidden = matching.length <= size;
    byId("page").textContent = `${first + 1} to ${first + page.length}`;
    byId("back").disabled = first === 0;
    byId("on").disabled = first + size >= matching.length;
  }

  // --- Filter and order.

  function filtered() {
    const words = byId("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [verdict, finding, ...columns] = choices.map((id) => byId(id).value);
    const changed = byId("changed").checked;
    return machines.filter((machine) =>
      words.every((word) => machine.search.includes(word)) &&
      (!verdict || machine.verdict === verdict) &&
      (!finding || machine.findings.split(" ").includes(finding)) &&
      columns.every((value, at) => !value || machine.columns[at] === value) &&
      (!changed || !["", "same"].includes(machine.change)));
  }

  function sorted(rows) {
    if (sorting.at < 0) return rows;
    const field = shown[sorting.at];
    const sign = sorting.down ? -1 : 1;
    const compare = field === "rank"
      ? (one, other) => one.rank - other.rank
      : (one, other) => collator.compare(unknownLast(valueOf(one, field)), unknownLast(valueOf(other, field)));
    return [...rows].sort((one, other) => sign * compare(one, other) || one.order - other.order);
  }

  function fragment() {
    const said = new URLSearchParams();
    for (const id of ["q", ...choices]) {
      if (byId(id).value) said.set(id, byId(id).value);
    }
    if (byId("changed").checked) said.set("changed", "1");
    if (sorting.at >= 0) said.set("s", `${sorting.down ? "-" : ""}${sorting.at}`);
    return said.toString();
  }

  function update() {
    matching = sorted(filtered());
    first = 0;
    heads.forEach((head, at) => {
      head.setAttribute("aria-sort", at === sorting.at ? (sorting.down ? "descending" : "ascending") : "none");
    });
    byId("link").href = `#${fragment() || "machines"}`;
    draw();
  }

  // The address keeps the view, so that it can be mailed. A fragment without "=" is a place on the page.
  function remember() {
    update();
    const said = fragment();
    if (said || location.hash.includes("=")) history.replaceState(null, "", `#${said}`);
  }

  function recall() {
    if (!location.hash.includes("=")) {
      update();
      return;
    }
    const said = new URLSearchParams(location.hash.slice(1));
    for (const id of ["q", ...choices]) {
      byId(id).value = said.get(id) ?? "";
    }
    byId("changed").checked = said.has("changed");
    const order = /^(-?)(\d+)$/.exec(said.get("s") ?? "");
    const at = order ? Number(order[2]) : -1;
    sorting = at < shown.length ? { at, down: order?.[1] === "-" } : { at: -1, down: false };
    update();
    byId("machines").scrollIntoView();
  }

  // --- The rows as CSV. No cell is a formula to a spreadsheet.

  function cell(text) {
    const plain = text.replace(/(^|[;\t])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20|%])/g, "$1'$2");
    return `"${plain.replaceAll('"', '""')}"`;
  }

  function download() {
    const names = ["host", "verdict", "system", "key", "status", "until", "by", "since", "change", "findings", "reason",
      "advice"];
    const lines = [[...names, ...data.columns], ...matching.map((machine) =>
      [...names.map((name) => machine[name]), ...machine.columns])];
    const text = lines.map((cells) => cells.map(cell).join(",")).join("\n");
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" }));
    link.download = "activation.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // --- Turn it on.

  heads.forEach((head, at) => {
    const button = element("button", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      sorting = { at, down: sorting.at === at && !sorting.down };
      remember();
    });
    head.replaceChildren(button);
  });
  for (const id of [...choices, "changed"]) byId(id).addEventListener("change", remember);
  byId("q").addEventListener("input", remember);
  byId("filter").addEventListener("submit", (event) => event.preventDefault());
  byId("all").addEventListener("click", () => {
    byId("filter").reset();
    sorting = { at: -1, down: false };
    remember();
  });
  byId("download").addEventListener("click", download);
  for (const [id, step] of [["back", -size], ["on", size]]) {
    byId(id).addEventListener("click", () => {
      first += step;
      draw();
      byId("machines").focus();
    });
  }
  for (const one of document.querySelectorAll(".scripted")) one.hidden = one.id === "pages";
  window.addEventListener("hashchange", recall);
  recall();
})();
