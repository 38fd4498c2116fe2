import { DefaultFailureConverter, type PayloadConverter, type ProtoFailure, type SerializationContext } from '@temporalio/common';

/** Puts message and stack of an error into a payload, which the codec encrypts: an error may quote what it stumbled over. */
class EncryptedFailures extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  /**
   * Where the worker itself could not go on with a workflow it says so for no workflow, so there is no key (the codec refuses). Its own words
   * stay, for an operator to see in the history why: of a key that was destroyed, of code that does not fit.
   */
  override errorToFailure(error: unknown, converter: PayloadConverter, context?: SerializationContext): ProtoFailure {
    if (context !== undefined) return super.errorToFailure(error, converter, context);
    const { name, message } =
      error instanceof Error ? error : { name: 'Error', message: 'no error was thrown, but something else' };
    return { source: 'TypeScriptSDK', message, applicationFailureInfo: { type: name, nonRetryable: false } };
  }
}

export const failureConverter = new EncryptedFailures();
