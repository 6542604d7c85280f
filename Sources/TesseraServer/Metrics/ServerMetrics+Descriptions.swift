extension ServerMetrics {
  /// What each number means.
  static let descriptions: [MetricDescription] = [
    MetricDescription("tessera_requests_total", "Requests that ended, by outcome; refused ones are among them."),
    MetricDescription("tessera_requests_refused_total", "Requests that were not admitted, by error code."),
    MetricDescription("tessera_requests_in_flight", "Requests admitted whose answer is not out."),
    MetricDescription("tessera_request_duration_seconds", "Time from OPEN to the last frame of a result."),
    MetricDescription("tessera_request_queue_seconds", "Time of answered requests in the queue."),
    MetricDescription("tessera_request_compute_seconds", "Time of answered requests in the model."),
    MetricDescription("tessera_request_decode_seconds", "Time to decode the images of answered requests."),
    MetricDescription(
      "tessera_batch_size", "Requests computed together, counted once for each.", buckets: [1, 2, 4, 8, 16, 32, 64]),
    MetricDescription("tessera_queue_requests", "Requests admitted and not computed."),
    MetricDescription("tessera_queue_limit_requests", "Most requests admitted and not computed."),
    MetricDescription("tessera_queue_bytes", "Plain bytes of inputs, pixels and results that are held."),
    MetricDescription("tessera_queue_limit_bytes", "Most plain bytes that may be held."),
    MetricDescription("tessera_received_bytes_total", "Bytes that came from clients."),
    MetricDescription("tessera_sent_bytes_total", "Bytes that went to clients."),
    MetricDescription("tessera_connections", "Open connections."),
    MetricDescription("tessera_connections_accepted_total", "Connections taken in."),
    MetricDescription("tessera_connections_refused_total", "Connections turned away since there were too many."),
    MetricDescription("tessera_tokens_refused_total", "Tokens that are nobody's."),
    MetricDescription("tessera_tls_refused_total", "TLS handshakes that came to nothing."),
    MetricDescription("tessera_connection_errors_total", "Connections ended by an error, by code."),
    MetricDescription("tessera_ready", "1 where the server takes requests, else 0."),
    MetricDescription("tessera_canary_age_seconds", "Time since every model last had a success; +Inf before."),
    MetricDescription("tessera_canaries_total", "Canary inferences, by model and outcome."),
    MetricDescription("tessera_model_info", "1 for each model that is served, by name, generation and SHA-256."),
    MetricDescription("process_resident_memory_bytes", "Memory of the process that is in RAM."),
    MetricDescription("process_open_fds", "Open descriptors of the process."),
    MetricDescription("process_max_fds", "Most open descriptors of the process."),
  ]
}
