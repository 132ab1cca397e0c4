
"use strict";
(() => {
  const STEP = 25; // items that one press of "Show more" adds
  const YEARS_AS_MONTHS = 3; // a span of at most so many years is drawn by months
  const LONGER_THAN_MONTHS = new Set(["quarter", "season", "year", "multi_year"]); // precisions of dates
  const LINES = 100; // of a table
  const PAPER = 680; // pixels between the margins of a sheet of A4 or Letter, less the frame of a chart
  const day = (text) => (text ? Date.parse(text) : null);
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const told = read("data");
  const charts = read("specifications");
  const form = document.getElementById("filters");
  const names = new Intl.NumberFormat("en");
  const shares = new Intl.NumberFormat("en", { style: "percent" });
  const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const months = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
  const shownDay = (value) => (value ? dates.format(new Date(value)) : "");
  const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
  const views = new Map();
  let listed = STEP;

  const ordinal = (number) => `${number}${{ one: "st", two: "nd", few: "rd", other: "th" }[ordinals.select(number)]}`;

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
    case: `${row.sender} → ${row.target}${row.round > 1 ? ` (${ordinal(row.round)} time)` : ""}`,
  }));

  const nameless = new Set(told.nameless);
  const isNamed = (party) => party !== null && !nameless.has(party);

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
    const different = (name) => new Set(rows.map((row) => row[name]).filter(isNamed)).size;
    const parts = {
      done: rows.filter((row) => row.status === told.done).length,
      spoken: rows.filter((row) => told.spoken.includes(row.status)).length,
      rejected: rows.filter((row) => row.status === told.rejected).length,
    };
    const values = { events: rows.length, ...parts, actors: different("actor"), targets: different("target") };
    for (const cell of document.querySelectorAll("[data-figure]"))
      cell.textContent = names.format(values[cell.dataset.figure]);
    for (const cell of document.querySelectorAll("[data-share]"))
      cell.textContent = rows.length ? ` · ${shares.format(parts[cell.dataset.share] / rows.length)}` : "";
  }

  // --- charts

  // How often the values of some columns come together, in the order in which they first come.
  function tally(rows, columns) {
    const counted = new Map();
    for (const row of rows) {
      const values = columns.map((name) => row[name]);
      const key = JSON.stringify(values);
      const found = counted.get(key);
      if (found) found.count += row.count ?? 1;
      else counted.set(key, { ...Object.fromEntries(columns.map((name, place) => [name, values[place]])), count: row.count ?? 1 });
    }
    return [...counted.values()];
  }

  // The days of all but the oldest hundredth, which would squeeze the others: news now and then recalls an old act.
  const begin = (rows) => {
    const days = rows.filter((row) => row.day !== null).map((row) => row.day).sort();
    return days.length ? days[Math.floor(days.length / 100)] : null;
  };

  // Events by year or month: first a row that counts nothing for each, so that those without events keep their place.
  // Among months, what is known less exactly stands before those of its year.
  function dated(rows) {
    const known = rows.filter((row) => row.day !== null);
    if (!known.length) return [];
    const last = known.reduce((high, row) => (row.day > high ? row.day : high), "");
    const byYear = day(last) - day(begin(rows)) > YEARS_AS_MONTHS * 366 * 864e5;
    const first = begin(rows).slice(0, byYear ? 4 : 7);
    const name = (text) => (byYear ? text.slice(0, 4) : months.format(day(text.slice(0, 7))));
    const before = `before ${name(first)}`;
    const monthless = (text) => `${text.slice(0, 4)}, no month`;
    const period = (row) => {
      const vague = !byYear && LONGER_THAN_MONTHS.has(row.precision);
      if (row.day < (vague ? first.slice(0, 4) : first)) return before;
      return vague ? monthless(row.day) : name(row.day);
    };
    const counted = known.map((row) => ({ period: period(row), action: row.action, status: row.status }));
    const told = new Set(counted.map((row) => row.period));
    const { action, status } = known[0];
    const axis = new Set(told.has(before) ? [before] : []);
    for (let at = new Date(first); at <= day(last); at.setUTCMonth(at.getUTCMonth() + (byYear ? 12 : 1))) {
      const text = at.toISOString();
      if (told.has(monthless(text))) axis.add(monthless(text));
      axis.add(name(text));
    }
    return tally(
      [...[...axis].map((one) => ({ period: one, action, status, count: 0 })), ...counted],
      ["period", "action", "status"],
    );
  }

  function chartRows(rows) {
    const both = (one, other) => tally(rows.filter((row) => isNamed(row[one]) && isNamed(row[other])), [one, other]);
    const fits = new Map(); // how many of the rows each episode has, by its place
    for (const row of rows) for (const place of row.episodes) fits.set(place, (fits.get(place) ?? 0) + 1);
    return {
      dated: dated(rows),
      placed: both("sender", "receiver"),
      paired: both("actor", "target"),
      measures: tally(rows.flatMap((row) => row.measures.map((measure) => ({ measure, status: row.status }))), ["measure", "status"]),
      episodes: episodes
        .map((row, place) => ({ ...row, event_count: fits.get(place) }))
        .filter((row) => row.event_count)
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name.endsWith("_on") ? day(value) : value]))),
    };
  }

  // Where the time of the cases begins. Older steps stand at its edge, unless there are no others.
  function earliest(cases) {
    const start = day(begin(events));
    return cases.some((row) => row.last_step_on > start) ? start : Math.min(...cases.map((row) => row.first_step_on));
  }

  const fitted = (view, across) => view.signal("across", across).signal("width", across, { force: true });

  async function draw(chart, rows) {
    if (!views.has(chart.name)) {
      const plot = document.querySelector(`[data-chart="${chart.name}"] .plot`);
      const { view } = await vegaEmbed(plot, { description: chart.title, ...chart.specification }, {
        actions: false,
        ast: true, // Vega's own interpreter: the page's policy forbids eval
        defaultStyle: false,
        logLevel: 1, // errors: that a chart has no rows yet is none
        renderer: "svg",
        tooltip: { disableDefaultStyle: true },
      });
      views.set(chart.name, { plot, view });
    }
    const { plot, view } = views.get(chart.name);
    if (chart.rows === "episodes") view.signal("earliest", earliest(rows));
    await fitted(view, plot.clientWidth).data("rows", rows).runAsync();
  }

  function tabulate(chart, rows) {
    const place = document.querySelector(`[data-chart="${chart.name}"] .table`);
    const columns = Object.keys(chart.columns);
    const lines = tally(rows.map((row) => ({ ...row, count: row.count ?? row.event_count })), columns).filter((line) => line.count);
    lines.sort((a, b) => b.count - a.count);
    if (chart.table_begins === "latest") {
      const order = [...new Set(rows.map((row) => row[columns[0]]))]; // the rows begin with each period once, by time
      lines.sort((a, b) => order.indexOf(b[columns[0]]) - order.indexOf(a[columns[0]]));
    }
    const table = element("table");
    const head = element("tr");
    for (const title of Object.values(chart.columns)) head.append(element("th", title, { scope: "col" }));
    head.append(element("th", "Events", { scope: "col", className: "number" }));
    if (lines.length > LINES) table.append(element("caption", `The first ${LINES} of ${names.format(lines.length)} rows`));
    table.append(element("thead", head), element("tbody"));
    for (const line of lines.slice(0, LINES)) {
      const row = element("tr");
      for (const name of columns) row.append(element("td", name.endsWith("_on") ? shownDay(line[name]) : (line[name] ?? "")));
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

  function source(document_, others) {
    const line = element("p");
    const title = document_.title || document_.url || "untitled";
    line.append(document_.url ? element("a", title, { href: document_.url, rel: "noopener noreferrer", target: "_blank" }) : title);
    const rest = [document_.source, shownDay(document_.published)].filter(Boolean).join(", ");
    if (rest) line.append(` (${rest})`);
    if (others > 0) line.append(` and ${names.format(others)} other ${others === 1 ? "article" : "articles"}`);
    return line;
  }

  function when(event) {
    const { day: from, until, precision } = event;
    if (from === null) return "date unknown";
    const short = (text) => (precision === "multi_year" ? text.slice(0, 4) : months.format(day(text)));
    if (until) return `${short(from)} to ${short(until)}`;
    if (precision === "year") return from.slice(0, 4);
    if (precision === "month") return months.format(day(from));
    if (precision === "week") return `week of ${shownDay(from)}`;
    return event.basis === "publication" ? `reported ${shownDay(from)}` : shownDay(from);
  }

  // What one sentence says of several parties, such as a list of those that are hit, is one item.
  function together(rows) {
    const items = new Map();
    for (const row of rows) {
      const { document: told_by, quote, action, status, measures, day: on } = row;
      const key = quote === null ? row : JSON.stringify([told_by, quote, action, status, measures, on]);
      if (!items.has(key)) items.set(key, { ...row, actors: new Set(), targets: new Set() });
      items.get(key).actors.add(row.actor ?? "Not named");
      items.get(key).targets.add(row.target ?? "not named");
    }
    return [...items.values()];
  }

  function item(event) {
    const made = element("li");
    made.append(element("h3", `${[...event.actors].join(", ")} → ${[...event.targets].join(", ")}`));
    const line = element("p");
    for (const chip of [event.action, event.status, ...event.measures]) line.append(element("span", chip, { className: "chip" }));
    line.append(when(event));
    made.append(line);
    if (event.quote !== null) made.append(quoted(told.quotes[event.quote]));
    if (event.document !== null) made.append(source(told.documents[event.document], event.document_count - 1));
    return made;
  }

  function list(rows) {
    const items = together(rows);
    document.getElementById("newest").replaceChildren(...items.slice(0, listed).map(item));
    document.getElementById("more").hidden = items.length <= listed;
  }

  // --- all of it

  let last = Promise.resolve();
  let printing = false;
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
        await draw(chart, data[chart.rows]);
      }
    }
    document.body.dataset.ready = String(rows.length);
  }
  const queue = () => { last = last.then(update, update); };

  // Charts are as wide as their place. For paper they are drawn at once: what is drawn later is not on it.
  const charted = new ResizeObserver(() => {
    if (!printing) last = last.then(async () => {
      for (const { plot, view } of views.values())
        if (plot.clientWidth && view.signal("across") !== plot.clientWidth) await fitted(view, plot.clientWidth).runAsync();
    });
  });
  addEventListener("beforeprint", () => {
    printing = true;
    for (const { view } of views.values()) fitted(view, PAPER).run();
  });
  addEventListener("afterprint", () => {
    printing = false;
    for (const { plot, view } of views.values()) fitted(view, plot.clientWidth || PAPER).run();
  });

  form.addEventListener("input", () => { listed = STEP; queue(); });
  form.addEventListener("reset", () => { listed = STEP; setTimeout(queue); });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("more").addEventListener("click", () => {
    listed += STEP;
    list(chosen());
  });
  queue();
  charted.observe(document.getElementById("charts"));
})();
