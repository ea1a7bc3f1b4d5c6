/**
 * Messages and stacks of failures are in clear in a history unless told otherwise (temporal.md, section 2).
 * Plain CommonJS, because the client loads it with require() and the workflow bundle takes it as it is.
 */
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
