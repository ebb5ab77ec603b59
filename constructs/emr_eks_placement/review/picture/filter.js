const box = document.getElementById("find");
const items = [...document.querySelectorAll("[data-find]")];
const count = document.getElementById("found");
let texts;
document.getElementById("finder").hidden = false;
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  texts ??= items.map((item) => item.textContent.toLowerCase());
  let shown = 0;
  items.forEach((item, index) => {
    item.hidden = !words.every((word) => texts[index].includes(word));
    shown += item.hidden ? 0 : 1;
  });
  for (const more of document.querySelectorAll("details.more")) more.open = words.length > 0 || more.dataset.open === "1";
  count.textContent = words.length ? `${shown} of ${items.length} entries` : "";
});
