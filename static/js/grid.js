// Arrow keys in the grid; the page works without this file. One cell at a time takes part in Tab.
(() => {
  const table = document.querySelector("table[data-grid]");
  if (!table) return;
  document.querySelectorAll("[data-keys]").forEach((map) => {
    map.hidden = false;
  });
  const links = table.tBodies[0].querySelectorAll("td > a");
  links.forEach((link) => {
    link.tabIndex = -1;
  });
  let here = links[0];
  if (!here) return;
  here.tabIndex = 0;
  const go = (cell) => {
    const link = cell?.querySelector("a");
    if (!link) return false;
    here.tabIndex = -1;
    here = link;
    here.tabIndex = 0;
    here.focus();
    return true;
  };
  // The next cell with a link in one direction; empty cells and units that have not submitted are passed over.
  const along = (row, column, down, right) => {
    const rows = table.tBodies[0].rows;
    for (;;) {
      row += down;
      column += right;
      const line = rows[row];
      if (!line || column < 2 || (right && column >= line.cells.length)) return;
      if (line.cells[column] && go(line.cells[column])) return;
    }
  };
  // From a criterion down into its column, from a unit into its line: dozens of heads stand before the first cell.
  const enter = (head, line, key) => {
    if (line.parentNode === table.tHead && key === "ArrowDown") along(-1, head.cellIndex + 2, 1, 0);
    else if (line.parentNode === table.tBodies[0] && key === "ArrowRight") along(line.sectionRowIndex, 1, 0, 1);
    else return false;
    return true;
  };
  const edge = (line, cells) => cells.some((cell) => cell.parentNode === line && cell.cellIndex > 1 && go(cell));
  table.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const cell = event.target.closest("td, th");
    if (!cell || event.target.tagName !== "A") return;
    const line = cell.parentNode;
    if (cell.tagName === "TH") {
      if (enter(cell, line, event.key)) event.preventDefault();
      return;
    }
    const row = line.sectionRowIndex;
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (moves[event.key]) along(row, cell.cellIndex, ...moves[event.key]);
    else if (event.key === "Home") edge(line, [...line.cells]);
    else if (event.key === "End") edge(line, [...line.cells].reverse());
    else return;
    event.preventDefault();
  });
  table.addEventListener("focusin", (event) => {
    if (event.target.matches("td > a") && event.target !== here) {
      here.tabIndex = -1;
      here = event.target;
      here.tabIndex = 0;
    }
  });
})();
