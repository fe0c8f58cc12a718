// Controls that need a script are hidden until there is one: <button hidden data-script>.
export function showScriptedControls(root) {
  const controls = [...root.querySelectorAll("[data-script][hidden]")];
  if (root instanceof Element && root.matches("[data-script][hidden]")) controls.push(root);
  for (const control of controls) control.hidden = false;
}
