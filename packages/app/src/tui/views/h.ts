/** Elements without JSX, which Node does not strip. */
export { createElement as h } from "react";
