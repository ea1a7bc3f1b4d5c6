/**
 * The SDK notes the stack of every promise that a workflow makes, for the stack trace that Temporal Web can ask for: over a
 * third of what the sandbox computes for an update (docs/benchmarks.md). Each run gets this many frames of it and of its
 * errors: enough to find the line that failed.
 */
export const framesOfStacks = 4;
Error.stackTraceLimit = framesOfStacks;
