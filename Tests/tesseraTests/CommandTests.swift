import Testing

/// Everything that people do with the command; one run at a time, since each takes all processors.
@Suite(.serialized)
struct CommandTests {}
