/** Runs the sources of a checkout in this very process, where a relay's is started with flags for them. */
import module from "node:module";

const CONDITION = "asfaleia-source";

/** The packages of the checkout are imported by their sources from now on. */
export function importSources() {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, CONDITION] }),
  });
}
