meta:
  id: tessera
  title: Tessera Segmentation Protocol, version 1
  file-extension: tessera
  endian: le
  encoding: UTF-8
  ks-version: 0.9
doc: |
  One direction of a connection, as SPEC.md beside this file describes it: the client's begins with the preface, then
  both are frames and nothing else. Checksums and the rules between fields are not expressed here, and compressed
  payloads stay compressed.
doc-ref: SPEC.md
seq:
  - id: preface
    contents: [0x89, 0x54, 0x53, 0x50, 0x0d, 0x0a, 0x1a, 0x0a]
    if: has_preface
  - id: frames
    type: frame
    repeat: eos
instances:
  first_bytes:
    pos: 0
    type: u8
    if: _io.size >= 8
  has_preface:
    value: _io.size >= 8 and first_bytes == 0x0a1a0a0d50535489
types:
  frame:
    seq:
      - id: header
        type: header
      - id: payload
        size: header.wire_len
        type:
          switch-on: header.type
          cases:
            'message_type::hello': hello
            'message_type::hello_ack': hello_ack
            'message_type::auth': auth
            'message_type::auth_ok': auth_ok
            'message_type::open': open
            'message_type::result': result
            'message_type::error': error
            'message_type::ping': ping
            'message_type::pong': ping
            'message_type::info': info
            'message_type::info_answer': info_answer
            'message_type::goaway': goaway
  header:
    doc: SPEC.md, section 3.1; 32 bytes.
    seq:
      - id: wire_len
        type: u4
      - id: plain_len
        type: u4
      - id: request_id
        type: u8
        doc: 0 is the connection.
      - id: type
        type: u1
        enum: message_type
      - id: flags
        type: u1
        doc: bit 0 is END, on DATA only.
      - id: codec
        type: u1
        enum: codec
      - id: version
        type: u1
      - id: seq
        type: u4
      - id: payload_crc
        type: u4
        doc: CRC-32C of the payload's wire bytes; 0 for an empty payload.
      - id: header_crc
        type: u4
        doc: CRC-32C of bytes 0 to 27 of the header.
  str8:
    seq:
      - id: len
        type: u1
      - id: text
        type: str
        size: len
  list:
    seq:
      - id: count
        type: u1
      - id: numbers
        type: u1
        repeat: expr
        repeat-expr: count
  tlv:
    seq:
      - id: id
        type: u2
      - id: length
        type: u2
      - id: value
        size: length
  hello:
    seq:
      - id: largest_data
        type: u4
      - id: versions
        type: list
      - id: codecs
        type: list
      - id: agent
        type: str8
      - id: tlvs
        type: tlv
        repeat: eos
  hello_ack:
    seq:
      - id: version
        type: u1
      - id: state
        type: u1
        enum: server_state
      - id: auth
        type: u1
        enum: demand
      - id: reserved
        contents: [0]
      - id: hello_crc
        type: u4
        doc: CRC-32C of the HELLO payload received.
      - id: instance
        type: u8
      - id: max_chunk
        type: u4
      - id: max_open
        type: u4
      - id: max_inflight
        type: u4
      - id: max_side
        type: u4
      - id: max_pixels
        type: u8
      - id: max_message
        type: u8
      - id: max_result
        type: u8
      - id: credit
        type: u8
      - id: default_budget_ms
        type: u4
      - id: max_budget_ms
        type: u4
      - id: idle_ms
        type: u4
      - id: ping_min_ms
        type: u4
      - id: frame_ms
        type: u4
      - id: write_stall_ms
        type: u4
      - id: codecs
        type: list
      - id: agent
        type: str8
      - id: tlvs
        type: tlv
        repeat: eos
  auth:
    seq:
      - id: method
        type: u1
        doc: 1, a bearer token.
      - id: length
        type: u2
      - id: token
        size: length
  auth_ok:
    seq:
      - id: seconds
        type: u4
        doc: 0 = as long as the connection.
  open:
    seq:
      - id: input
        type: u1
        enum: input
      - id: layout
        type: u1
      - id: outputs
        type: u2
        doc: bits, 1 labels, 2 confidence, 4 probabilities f16, 8 probabilities f32, 16 palette PNG.
      - id: width
        type: u4
      - id: height
        type: u4
      - id: channels
        type: u1
      - id: bits
        type: u1
      - id: priority
        type: u1
        enum: priority
      - id: reserved
        contents: [0]
      - id: total
        type: u8
      - id: budget_ms
        type: u4
      - id: generation
        type: u4
      - id: digest
        size: 32
      - id: model
        type: str8
      - id: tlvs
        type: tlv
        repeat: eos
  result:
    seq:
      - id: width
        type: u4
      - id: height
        type: u4
      - id: classes
        type: u2
      - id: label_bytes
        type: u1
      - id: num_sections
        type: u1
      - id: generation
        type: u4
      - id: batch
        type: u2
      - id: reserved
        contents: [0, 0]
      - id: decode_us
        type: u4
      - id: queue_us
        type: u4
      - id: compute_us
        type: u4
      - id: weights_digest
        size: 32
      - id: input_digest
        size: 32
      - id: pixels_digest
        size: 32
      - id: output_digest
        size: 32
      - id: total
        type: u8
      - id: model
        type: str8
      - id: sections
        type: section
        repeat: expr
        repeat-expr: num_sections
  section:
    seq:
      - id: kind
        type: u1
        enum: section_kind
      - id: element_bytes
        type: u1
      - id: reserved
        contents: [0, 0, 0, 0, 0, 0]
      - id: length
        type: u8
  error:
    seq:
      - id: code
        type: u2
        enum: error_code
      - id: scope
        type: u1
        enum: scope
      - id: retry
        type: u1
        enum: retry
      - id: retry_after_ms
        type: u4
      - id: detail
        type: u4
      - id: text
        type: str8
  ping:
    doc: PING and PONG; the bytes are the client's own.
    seq:
      - id: bytes
        size: 8
  info:
    seq:
      - id: model
        type: str8
  info_answer:
    doc: |
      Whether a model names its classes depends on the question, which the other direction holds; a named answer has one
      model at most, so the length tells.
    seq:
      - id: state
        type: u1
        enum: server_state
      - id: reason
        type: u1
      - id: num_models
        type: u2
      - id: queued
        type: u4
      - id: queue_limit
        type: u4
      - id: canary_ms
        type: u4
        doc: 4294967295 = none yet.
      - id: models
        type: model(names_classes)
        repeat: expr
        repeat-expr: num_models
    instances:
      len_first_name:
        pos: 16
        type: u1
        if: num_models == 1
      names_classes:
        value: num_models == 1 and _io.size > 75 + len_first_name
  model:
    params:
      - id: named
        type: bool
    seq:
      - id: name
        type: str8
      - id: generation
        type: u4
      - id: weights_digest
        size: 32
      - id: class_count
        type: u2
      - id: inputs
        type: u2
        doc: bits, 1 RGB8, 2 PNG.
      - id: outputs
        type: u2
        doc: bits as in OPEN.
      - id: min_side
        type: u4
      - id: side_multiple
        type: u4
      - id: max_pixels
        type: u8
      - id: classes
        type: label_class
        repeat: expr
        repeat-expr: class_count
        if: named
  label_class:
    seq:
      - id: name
        type: str8
      - id: red
        type: u1
      - id: green
        type: u1
      - id: blue
        type: u1
  goaway:
    seq:
      - id: last_id
        type: u8
      - id: grace_ms
        type: u4
      - id: code
        type: u2
        enum: error_code
      - id: reserved
        contents: [0, 0]
enums:
  message_type:
    0x01: hello
    0x02: auth
    0x10: open
    0x11: data
    0x12: cancel
    0x20: ping
    0x21: info
    0x81: hello_ack
    0x82: auth_ok
    0x90: result
    0x91: result_data
    0x92: error
    0xa0: pong
    0xa1: info_answer
    0xa3: goaway
  codec:
    0: identity
    1: zstd_strict
  server_state:
    0: starting
    1: ready
    2: draining
  demand:
    0: none
    1: token
    2: certificate
  input:
    1: rgb8
    2: png
  priority:
    0: normal
    1: background
  section_kind:
    1: labels
    2: confidence
    3: probabilities
    4: palette_png
  scope:
    0: request
    1: connection
  retry:
    0: never
    1: at_once
    2: another_server
    3: after_delay
  error_code:
    1: version
    2: protocol
    3: header_crc
    4: payload_crc
    5: seq
    6: limit
    7: credit
    8: codec
    9: size_mismatch
    10: auth
    11: calm
    12: timeout
    100: unknown_model
    101: bad_shape
    102: bad_image
    103: unsupported
    104: digest
    105: too_large
    200: overloaded
    201: deadline
    202: cancelled
    203: draining
    204: memory_budget
    205: not_ready
    300: internal
    301: nonfinite_output
    302: model_fault
