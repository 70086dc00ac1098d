// Text and marks that do not stand out enough from what is behind them: a list of what they are.
// Run by tests/browser/test_dashboard.py in the page.
() => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((p, q) => q - p);
    return (a + 0.05) / (b + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return parts(getComputedStyle(document.body).backgroundColor);
  };
  const weak = [];
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const style = getComputedStyle(element);
    if (own && element.checkVisibility()) {
      const colour = parts(element.closest("svg") ? style.fill : style.color);
      const found = ratio(colour, ground(element));
      if (found < 4.5) weak.push(`${element.outerHTML.slice(0, 80)}: ${found.toFixed(2)}`);
    }
    const mark = element.closest("svg.chart") && element.getAttribute("class");
    if (mark && /stroke-(bar|mark|other)/.test(mark)) {
      const found = ratio(parts(style.stroke), ground(element));
      if (found < 3) weak.push(`${element.outerHTML.slice(0, 80)}: ${found.toFixed(2)}`);
    }
  }
  return weak;
}
