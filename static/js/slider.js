// A pass line: [data-slider] holds a range input, its histogram and what shows the value
// (<output>, or a number field marked data-value). Moving one moves the others; nothing is sent here.
const HALF_THUMB = 7;

function draw(slider, range) {
  const chart = slider.querySelector("svg.hist");
  if (!chart) return;
  const width = chart.viewBox.baseVal.width;
  const share = (range.value - range.min) / (range.max - range.min || 1);
  const x = HALF_THUMB + share * (width - 2 * HALF_THUMB);
  const passesAbove = chart.dataset.in !== "below";
  chart.querySelector(".th")?.setAttribute("d", `M${x.toFixed(1)} 0V${chart.viewBox.baseVal.height}`);
  const bars = [...chart.querySelectorAll("rect")];
  const middles = bars.map((bar) => Number(bar.getAttribute("x")) + Number(bar.getAttribute("width")) / 2);
  // Scores on a line at the end of the scale meet it: the last bar is in then.
  const isIn = passesAbove
    ? (middle) => middle >= Math.min(x, middles.at(-1))
    : (middle) => middle <= Math.max(x, middles[0]);
  bars.forEach((bar, at) => bar.setAttribute("class", isIn(middles[at]) ? "in" : "out"));
}

document.addEventListener("input", (event) => {
  const slider = event.target.closest?.("[data-slider]");
  const range = slider?.querySelector("input[type=range]");
  if (!range) return;
  const field = slider.querySelector("input[data-value]");
  if (event.target === range) {
    if (field) field.value = range.value;
  } else if (event.target === field) range.value = field.value;
  else return;
  const output = slider.querySelector("output");
  if (output) output.value = range.value;
  slider.classList.toggle("changed", range.value !== range.defaultValue);
  draw(slider, range);
});
