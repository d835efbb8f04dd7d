/* Charts of the page of measures. Each is drawn from its table, which stays where it is: a chart without scripts, without
   colours or for a reader of the screen is the table. A click on a chart goes where the figure's link goes. */

const echarts = await import(document.getElementById("charts").dataset.echarts);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const narrow = window.matchMedia("(max-width: 40rem)").matches;

/* A colour of the style sheet as the reader's theme has it. */
function ink(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function read(section) {
  const figure = (cell) => cell.querySelector("[data-value]");
  return {
    heads: [...section.querySelectorAll("thead th")].map((head) => head.textContent.trim()),
    rows: [...section.querySelectorAll("tbody tr")].map((row) => ({
      name: row.querySelector("th").firstChild.textContent.trim(),
      cells: [...row.querySelectorAll("td")].map((cell) => ({
        value: Number(figure(cell).dataset.value) || 0,
        words: figure(cell).textContent.trim(),
        link: figure(cell).href,
      })),
    })),
  };
}

function axis(extra) {
  const soft = ink("--ink-soft");
  return {
    axisLabel: { color: soft, hideOverlap: true },
    axisLine: { lineStyle: { color: ink("--line") } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: ink("--line") } },
    ...extra,
  };
}

const first = (table) => table.rows.map((row) => ({ value: row.cells[0].value, link: row.cells[0].link }));
const short = (name) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);

const drawn = {
  bar(table) {
    return {
      grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", minInterval: 1 }),
      yAxis: axis({
        type: "category",
        inverse: true,
        data: table.rows.map((row) => row.name),
        axisLabel: { color: ink("--ink-soft"), formatter: short },
      }),
      series: [{ type: "bar", data: first(table), itemStyle: { color: ink("--brand") }, barMaxWidth: 22 }],
    };
  },

  pareto(table) {
    const whole = table.rows.reduce((sum, row) => sum + row.cells[0].value, 0);
    const last = table.rows.at(-1).cells[2];
    const all = last && last.value && table.heads.length === 3 ? whole / last.value : whole;
    let sum = 0;
    const soFar = table.rows.map((row) => (100 * (sum += row.cells[0].value)) / all);
    return {
      grid: { left: 40, right: 8, top: 16, bottom: 8, containLabel: true },
      xAxis: axis({
        type: "category",
        data: table.rows.map((row) => row.name),
        // on a telephone there is no room for every name; the table below has them
        axisLabel: { color: ink("--ink-soft"), formatter: short, rotate: 35, interval: narrow ? "auto" : 0, fontSize: 11 },
      }),
      yAxis: [axis({ type: "value", minInterval: 1 }), axis({ type: "value", max: 100, splitLine: { show: false } })],
      series: [
        { type: "bar", data: first(table), itemStyle: { color: ink("--brand") }, barMaxWidth: 36 },
        { type: "line", yAxisIndex: 1, data: soFar, showSymbol: false, lineStyle: { color: ink("--warn") } },
      ],
    };
  },

  line(table) {
    return {
      grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
      xAxis: axis({ type: "category", data: table.rows.map((row) => row.name) }),
      yAxis: axis({ type: "value", minInterval: 1 }),
      series: [
        {
          type: "line",
          data: first(table),
          symbolSize: 8,
          itemStyle: { color: ink("--brand") },
          areaStyle: { color: ink("--brand-wash") },
        },
      ],
    };
  },

  stack(table) {
    const colours = [ink("--ok"), ink("--danger"), ink("--line-strong")];
    return {
      grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
      legend: { top: 0, textStyle: { color: ink("--ink-soft") } },
      xAxis: axis({ type: "value", minInterval: 1 }),
      yAxis: axis({ type: "category", inverse: true, data: table.rows.map((row) => row.name) }),
      series: colours.map((color, place) => ({
        name: table.heads[place],
        type: "bar",
        stack: "all",
        barMaxWidth: 26,
        itemStyle: { color },
        data: table.rows.map((row) => row.cells[place]),
      })),
    };
  },

  heat(table) {
    const data = table.rows.flatMap((row, hour) =>
      row.cells.map((cell, day) => ({ value: [day, hour, cell.value], link: cell.link })),
    );
    return {
      grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true },
      xAxis: axis({ type: "category", data: table.heads, axisLabel: { color: ink("--ink-soft"), interval: 0 } }),
      yAxis: axis({ type: "category", inverse: true, data: table.rows.map((row) => row.name) }),
      visualMap: {
        min: 0,
        max: Math.max(1, ...data.map((one) => one.value[2])),
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemHeight: 100,
        textStyle: { color: ink("--ink-soft") },
        inRange: { color: [ink("--surface-sunken"), ink("--brand")] },
      },
      series: [{ type: "heatmap", data, itemStyle: { borderColor: ink("--surface-raised"), borderWidth: 1 } }],
    };
  },
};

const charts = [];
for (const place of document.querySelectorAll("[data-chart]")) {
  const draw = drawn[place.dataset.chart];
  if (!draw) continue;
  place.hidden = false;
  const chart = echarts.init(place, null, { renderer: "svg" });
  const paint = () =>
    chart.setOption(
      {
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        // its own drawing and no HTML: style attributes are not allowed on these pages
        tooltip: { renderMode: "richText", trigger: "item" },
        ...draw(read(place.closest("section"))),
      },
      true,
    );
  paint();
  chart.on("click", (point) => {
    if (point.data?.link) window.location.assign(point.data.link);
  });
  charts.push({ chart, paint });
}

new ResizeObserver(() => charts.forEach(({ chart }) => chart.resize())).observe(document.querySelector(".insights"));
dark.addEventListener("change", () => charts.forEach(({ paint }) => paint()));
document.documentElement.dataset.charts = "drawn";
