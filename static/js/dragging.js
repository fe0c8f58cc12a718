// Dragging a row of a list by its grip. A line shows where it would be put; Esc leaves it where it was.
const SLACK = 4;

function clear(list) {
  for (const row of list.querySelectorAll(".before, .after")) row.classList.remove("before", "after");
}

// The row that the moved one would stand before: null is the end of the list.
function rowBelow(list, y) {
  const middle = (row) => {
    const box = row.getBoundingClientRect();
    return box.top + box.height / 2;
  };
  return [...list.children].find((row) => y < middle(row)) ?? null;
}

function show(list, other) {
  clear(list);
  if (other) other.classList.add("before");
  else list.lastElementChild.classList.add("after");
  (other ?? list.lastElementChild).scrollIntoView({ block: "nearest" });
}

// Follows the pointer that went down as `start` until it goes up, then calls put(row, other).
export function dragging(grip, row, start, put) {
  const list = row.parentElement;
  let isMoving = false;
  let other = row;

  function move(event) {
    if (!isMoving && Math.abs(event.clientY - start.clientY) < SLACK) return;
    isMoving = true;
    list.classList.add("moving");
    row.classList.add("moved");
    other = rowBelow(list, event.clientY);
    show(list, other);
  }

  function end(isPut) {
    grip.removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) grip.removeEventListener(name, up);
    document.removeEventListener("keydown", escape, true);
    list.classList.remove("moving");
    row.classList.remove("moved");
    clear(list);
    if (isPut && isMoving) put(row, other);
  }

  // The click that ends a drag does not open the menu of the grip.
  function up(event) {
    if (isMoving) {
      const stay = (click) => click.preventDefault();
      grip.addEventListener("click", stay);
      setTimeout(() => grip.removeEventListener("click", stay), 0);
    }
    end(event.type === "pointerup");
  }

  function escape(event) {
    if (event.key !== "Escape" || !isMoving) return;
    event.preventDefault();
    event.stopPropagation();
    end(false);
  }

  grip.setPointerCapture(start.pointerId);
  grip.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) grip.addEventListener(name, up);
  document.addEventListener("keydown", escape, true);
}
