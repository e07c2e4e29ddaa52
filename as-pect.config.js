// Owns how as-pect finds and starts the specs of the portable source. Knows nothing of what they claim.
export default {
  entries: ["assembly/__tests__/**/*.spec.ts", "firmware/**/__tests__/**/*.spec.ts"],
  include: ["assembly/__tests__/**/*.include.ts"],
  disclude: [/node_modules/],
  async instantiate(_memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({}));
  },
};
