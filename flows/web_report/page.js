
"use strict";
(() => {
  const STEP = 25; // events that one press of "Show more" adds
  const YEARS_AS_MONTHS = 3; // a span of at most so many years is drawn by months
  const day = (text) => (text ? Date.parse(text) : null);
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const told = read("data");
  const charts = read("specifications");
  const form = document.getElementById("filters");
  const names = new Intl.NumberFormat("en");
  const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const shownDay = (text) => (text ? dates.format(day(text)) : "");
  const views = new Map();
  let listed = STEP;

  // An event comes as a row of the columns named in told.columns; words that repeat come as places in told.words.
  const words = told.words;
  const events = told.events.map((row) => {
    const event = Object.fromEntries(told.columns.map((name, place) => [name, row[place]]));
    for (const name of told.coded) event[name] = event[name] === null ? null : words[event[name]];
    event.measures = event.measures.map((place) => words[place]);
    return event;
  });
  const episodes = told.episodes.map((row) => ({
    ...row,
    case: `${row.sender} → ${row.target}${row.round > 1 ? ` (${row.round})` : ""}`,
  }));

  // --- filters

  function chosen() {
    const value = Object.fromEntries(new FormData(form));
    return events.filter(
      (event) =>
        (!value.place || event.sender === value.place || event.receiver === value.place) &&
        (!value.action || event.action === value.action) &&
        (!value.status || event.status === value.status) &&
        (!value.measure || event.measures.includes(value.measure)) &&
        (!value.from || (event.day !== null && event.day >= value.from)) &&
        (!value.to || (event.day !== null && event.day <= value.to)),
    );
  }

  function describe(count) {
    const value = new FormData(form);
    const parts = [...form.elements]
      .filter((one) => one.name && value.get(one.name))
      .map((one) => `${one.labels[0].firstChild.textContent.trim().toLowerCase()}: ${value.get(one.name)}`);
    document.getElementById("count").textContent =
      `${names.format(count)} of ${names.format(events.length)} events` + (parts.length ? "" : ": no filter is set");
    document.getElementById("chosen").textContent = parts.length ? `Filtered by ${parts.join(", ")}.` : "";
  }

  // --- figures

  function figures(rows) {
    const different = (name) => new Set(rows.map((row) => row[name]).filter((value) => value !== null)).size;
    const values = {
      events: rows.length,
      done: rows.filter((row) => row.status === told.done).length,
      spoken: rows.filter((row) => told.spoken.includes(row.status)).length,
      actors: different("actor"),
      targets: different("target"),
      documents: different("document"),
    };
    for (const cell of document.querySelectorAll("[data-figure]"))
      cell.textContent = names.format(values[cell.dataset.figure]);
  }

  // --- charts

  function unit(rows) {
    const known = rows.filter((row) => row.day !== null).map((row) => row.day);
    const [first, last] = known.reduce(([low, high], one) => [one < low ? one : low, one > high ? one : high], ["9", ""]);
    return known.length && day(last) - day(first) > YEARS_AS_MONTHS * 366 * 864e5 ? "utcyear" : "utcyearmonth";
  }

  function chartRows(rows) {
    const length = unit(rows) === "utcyear" ? 4 : 7;
    const named = new Set(rows.flatMap((row) => row.episodes));
    return {
      dated: rows
        .filter((row) => row.day !== null)
        .map((row) => ({ day: day(row.day), period: row.day.slice(0, length), action: row.action, status: row.status })),
      placed: rows
        .filter((row) => row.sender !== null && row.receiver !== null)
        .map(({ sender, receiver }) => ({ sender, receiver })),
      paired: rows.filter((row) => row.actor !== null && row.target !== null).map(({ actor, target }) => ({ actor, target })),
      measures: rows.flatMap((row) => row.measures.map((measure) => ({ measure, status: row.status }))),
      episodes: episodes
        .filter((row, place) => named.has(place))
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name.endsWith("_on") ? day(value) : value]))),
    };
  }

  function withUnit(chart, wanted) {
    const text = JSON.stringify(chart.specification).replaceAll('"utcyear"', `"${wanted}"`);
    return JSON.parse(text);
  }

  async function draw(chart, rows, wanted) {
    const plot = document.querySelector(`[data-chart="${chart.name}"] .plot`);
    const drawn = views.get(chart.name);
    if (!drawn || drawn.wanted !== wanted) {
      if (drawn) drawn.result.finalize();
      const result = await vegaEmbed(plot, withUnit(chart, wanted), {
        actions: false,
        ast: true, // Vega's own interpreter: the page's policy forbids eval
        defaultStyle: false,
        logLevel: 1, // errors: that a chart has no rows yet is none
        renderer: "svg",
        tooltip: { disableDefaultStyle: true },
      });
      views.set(chart.name, { result, wanted });
    }
    const { view } = views.get(chart.name).result;
    await view.data("rows", rows).runAsync();
  }

  function tabulate(chart, rows) {
    const place = document.querySelector(`[data-chart="${chart.name}"] .table`);
    const columns = Object.entries(chart.columns);
    const counted = new Map();
    for (const row of rows) {
      const cells = columns.map(([name]) => (name.endsWith("_on") ? shownDay(row[name] && new Date(row[name]).toISOString().slice(0, 10)) : (row[name] ?? "")));
      const key = JSON.stringify(cells);
      const found = counted.get(key) ?? { cells, count: 0 };
      found.count += row.event_count ?? 1;
      counted.set(key, found);
    }
    const lines = [...counted.values()].sort((a, b) => b.count - a.count).slice(0, 100);
    const table = element("table");
    const head = element("tr");
    for (const [, title] of columns) head.append(element("th", title, { scope: "col" }));
    head.append(element("th", "Events", { scope: "col", className: "number" }));
    table.append(element("thead", head), element("tbody"));
    for (const line of lines) {
      const row = element("tr");
      for (const cell of line.cells) row.append(element("td", cell));
      row.append(element("td", names.format(line.count), { className: "number" }));
      table.tBodies[0].append(row);
    }
    place.replaceChildren(table);
  }

  // --- newest events

  function element(kind, inside, properties = {}) {
    const made = Object.assign(document.createElement(kind), properties);
    if (inside !== undefined && inside !== null) made.append(inside);
    return made;
  }

  function quoted(quote) {
    const [text, start, end] = quote;
    // Offsets count characters as Python does, not the halves of JavaScript's.
    const letters = Array.from(text);
    const part = (from, to) => letters.slice(from, to).join("");
    const block = element("blockquote", part(0, start));
    if (end > start) block.append(element("mark", part(start, end)));
    block.append(part(end));
    return block;
  }

  function source(document_) {
    const line = element("p");
    const title = document_.title || document_.url || "untitled";
    line.append(document_.url ? element("a", title, { href: document_.url, rel: "noopener noreferrer", target: "_blank" }) : title);
    const rest = [document_.source, shownDay(document_.published)].filter(Boolean).join(", ");
    if (rest) line.append(` (${rest})`);
    return line;
  }

  function item(event) {
    const made = element("li");
    made.append(element("h3", `${event.actor ?? "Somebody"} → ${event.target ?? "not named"}`));
    const line = element("p");
    for (const chip of [event.action, event.status, ...event.measures]) line.append(element("span", chip, { className: "chip" }));
    line.append(event.precision === "day" || !event.day ? shownDay(event.day) : `${event.precision} from ${shownDay(event.day)}`);
    made.append(line);
    if (event.quote !== null) made.append(quoted(told.quotes[event.quote]));
    if (event.document !== null) made.append(source(told.documents[event.document]));
    return made;
  }

  function list(rows) {
    document.getElementById("newest").replaceChildren(...rows.slice(0, listed).map(item));
    document.getElementById("more").hidden = rows.length <= listed;
  }

  // --- all of it

  let last = Promise.resolve();
  async function update() {
    const rows = chosen();
    describe(rows.length);
    figures(rows);
    list(rows);
    document.getElementById("none").hidden = rows.length > 0;
    document.getElementById("charts").hidden = rows.length === 0;
    document.body.dataset.ready = "";
    if (rows.length) {
      const data = chartRows(rows);
      for (const chart of charts) {
        tabulate(chart, data[chart.rows]);
        await draw(chart, data[chart.rows], unit(rows));
      }
    }
    document.body.dataset.ready = String(rows.length);
  }
  const queue = () => { last = last.then(update, update); };

  // Charts are printed as they stand, scaled to the paper: drawn anew for it, they would be caught half done.
  const printed = matchMedia("print");
  addEventListener("resize", (event) => { if (printed.matches) event.stopImmediatePropagation(); }, true);

  form.addEventListener("input", () => { listed = STEP; queue(); });
  form.addEventListener("reset", () => { listed = STEP; setTimeout(queue); });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("more").addEventListener("click", () => {
    listed += STEP;
    list(chosen());
  });
  queue();
})();
