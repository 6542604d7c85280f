-- A Wireshark dissector for the Tessera Segmentation Protocol, version 1: see SPEC.md beside it.
--
--   wireshark -X lua_script:Protocol/tessera.lua capture.pcap
--   tshark -X lua_script:Protocol/tessera.lua -r capture.pcap -Y 'tessera.error.code == 200'
--
-- Port 7450, or any where a client's preface is seen; "Decode As" takes what is left. Headers, lengths, checksums and
-- every field of every message are shown; compressed payloads stay compressed.

local tessera = Proto("tessera", "Tessera Segmentation Protocol")

local HEADER = 32
local PREFACE = "\x89TSP\r\n\x1a\n"
-- A length that no type allows is no frame; waiting for it would swallow the connection.
local LONGEST = 1048576

local types = {
  [0x01] = "HELLO", [0x81] = "HELLO_ACK", [0x02] = "AUTH", [0x82] = "AUTH_OK", [0x10] = "OPEN", [0x90] = "RESULT",
  [0x11] = "DATA", [0x91] = "DATA", [0x12] = "CANCEL", [0x92] = "ERROR", [0x20] = "PING", [0xa0] = "PONG",
  [0x21] = "INFO", [0xa1] = "INFO", [0xa3] = "GOAWAY",
}
local codecs = { [0] = "identity", [1] = "zstd-strict" }
local states = { [0] = "starting", [1] = "ready", [2] = "draining" }
local demands = { [0] = "none", [1] = "token", [2] = "satisfied by certificate" }
local inputs = { [1] = "RGB8", [2] = "PNG" }
local priorities = { [0] = "normal", [1] = "background" }
local scopes = { [0] = "this request", [1] = "the connection" }
local retries = { [0] = "never", [1] = "at once", [2] = "another server", [3] = "after retry_after_ms" }
local kinds = { [1] = "labels", [2] = "confidence", [3] = "probabilities", [4] = "palette PNG" }
local errors = {
  [1] = "VERSION", [2] = "PROTOCOL", [3] = "HEADER_CRC", [4] = "PAYLOAD_CRC", [5] = "SEQ", [6] = "LIMIT",
  [7] = "CREDIT", [8] = "CODEC", [9] = "SIZE_MISMATCH", [10] = "AUTH", [11] = "CALM", [12] = "TIMEOUT",
  [100] = "UNKNOWN_MODEL", [101] = "BAD_SHAPE", [102] = "BAD_IMAGE", [103] = "UNSUPPORTED", [104] = "DIGEST",
  [105] = "TOO_LARGE", [200] = "OVERLOADED", [201] = "DEADLINE", [202] = "CANCELLED", [203] = "DRAINING",
  [204] = "MEMORY_BUDGET", [205] = "NOT_READY", [300] = "INTERNAL", [301] = "NONFINITE_OUTPUT",
  [302] = "MODEL_FAULT",
}

local fields, experts = {}, {}

-- One field: its filter name behind "tessera.", a title, and what ProtoField takes behind those.
local function field(make, name, title, ...)
  fields[name] = ProtoField[make]("tessera." .. name, title, ...)
end

field("bytes", "preface", "Preface")
field("uint32", "wire_len", "Wire length", base.DEC)
field("uint32", "plain_len", "Plain length", base.DEC)
field("uint64", "id", "Request id", base.DEC)
field("uint8", "type", "Type", base.HEX, types)
field("uint8", "flags", "Flags", base.HEX)
field("bool", "flags.end", "END", 8, nil, 0x01)
field("uint8", "codec", "Codec", base.DEC, codecs)
field("uint8", "version", "Version", base.DEC)
field("uint32", "seq", "Sequence number", base.DEC)
field("uint32", "payload_crc", "Payload CRC-32C", base.HEX)
field("bool", "payload_crc.right", "Payload CRC is right")
field("uint32", "header_crc", "Header CRC-32C", base.HEX)
field("bool", "header_crc.right", "Header CRC is right")
field("bytes", "payload", "Payload")
field("uint16", "tlv.id", "TLV id", base.HEX)
field("uint16", "tlv.length", "TLV length", base.DEC)
field("bytes", "tlv.value", "TLV value")
field("string", "traceparent", "W3C traceparent")

field("uint32", "hello.largest_data", "Largest DATA", base.DEC)
field("uint8", "hello.version", "Offered version", base.DEC)
field("uint8", "hello.codec", "Offered codec", base.DEC, codecs)
field("string", "agent", "Agent")

field("uint8", "hello_ack.version", "Agreed version", base.DEC)
field("uint8", "hello_ack.state", "State", base.DEC, states)
field("uint8", "hello_ack.auth", "Authentication", base.DEC, demands)
field("uint8", "hello_ack.reserved", "Reserved", base.HEX)
field("uint32", "hello_ack.hello_crc", "CRC-32C of HELLO", base.HEX)
field("uint64", "hello_ack.instance", "Instance", base.HEX)
local limits = {
  { "max_chunk", 4 }, { "max_open", 4 }, { "max_inflight", 4 }, { "max_side", 4 }, { "max_pixels", 8 },
  { "max_message", 8 }, { "max_result", 8 }, { "credit", 8 }, { "default_budget_ms", 4 }, { "max_budget_ms", 4 },
  { "idle_ms", 4 }, { "ping_min_ms", 4 }, { "frame_ms", 4 }, { "write_stall_ms", 4 },
}
for _, limit in ipairs(limits) do
  field(limit[2] == 4 and "uint32" or "uint64", "hello_ack." .. limit[1], limit[1], base.DEC)
end
field("uint8", "hello_ack.codec", "Common codec", base.DEC, codecs)

field("uint8", "auth.method", "Method", base.DEC, { [1] = "bearer token" })
field("uint16", "auth.length", "Token length", base.DEC)
field("bytes", "auth.token", "Token")
field("uint32", "auth_ok.seconds", "Seconds valid", base.DEC)

field("uint8", "open.input", "Input", base.DEC, inputs)
field("uint8", "open.layout", "Layout", base.DEC, { [1] = "HWC" })
field("uint16", "open.outputs", "Outputs", base.HEX)
field("bool", "open.outputs.labels", "labels", 16, nil, 0x01)
field("bool", "open.outputs.confidence", "confidence", 16, nil, 0x02)
field("bool", "open.outputs.f16", "probabilities f16", 16, nil, 0x04)
field("bool", "open.outputs.f32", "probabilities f32", 16, nil, 0x08)
field("bool", "open.outputs.png", "palette PNG", 16, nil, 0x10)
field("uint32", "open.width", "Width", base.DEC)
field("uint32", "open.height", "Height", base.DEC)
field("uint8", "open.channels", "Channels", base.DEC)
field("uint8", "open.bits", "Bits", base.DEC)
field("uint8", "open.priority", "Priority", base.DEC, priorities)
field("uint8", "open.reserved", "Reserved", base.HEX)
field("uint64", "open.total", "Total", base.DEC)
field("uint32", "open.budget_ms", "Budget (ms)", base.DEC)
field("uint32", "open.generation", "Generation", base.DEC)
field("bytes", "open.digest", "SHA-256 of the input")
field("string", "open.model", "Model")

field("uint32", "result.width", "Width", base.DEC)
field("uint32", "result.height", "Height", base.DEC)
field("uint16", "result.classes", "Classes", base.DEC)
field("uint8", "result.label_bytes", "Label bytes", base.DEC)
field("uint8", "result.section_count", "Number of sections", base.DEC)
field("uint32", "result.generation", "Generation", base.DEC)
field("uint16", "result.batch", "Batch size", base.DEC)
field("uint16", "result.reserved", "Reserved", base.HEX)
field("uint32", "result.decode_us", "Decoding (µs)", base.DEC)
field("uint32", "result.queue_us", "Queue (µs)", base.DEC)
field("uint32", "result.compute_us", "Computing (µs)", base.DEC)
field("bytes", "result.weights_digest", "SHA-256 of the weights")
field("bytes", "result.input_digest", "SHA-256 of the input")
field("bytes", "result.pixels_digest", "SHA-256 of the pixels")
field("bytes", "result.output_digest", "SHA-256 of the output")
field("uint64", "result.total", "Total", base.DEC)
field("string", "result.model", "Model")
field("uint8", "section.kind", "Kind", base.DEC, kinds)
field("uint8", "section.element_bytes", "Element bytes", base.DEC)
field("uint16", "section.reserved2", "Reserved", base.HEX)
field("uint32", "section.reserved4", "Reserved", base.HEX)
field("uint64", "section.length", "Length", base.DEC)

field("uint16", "error.code", "Code", base.DEC, errors)
field("uint8", "error.scope", "Scope", base.DEC, scopes)
field("uint8", "error.retry", "Retry", base.DEC, retries)
field("uint32", "error.retry_after_ms", "Retry after (ms)", base.DEC)
field("uint32", "error.detail", "Detail", base.HEX)
field("string", "error.text", "Text")

field("bytes", "ping.bytes", "Echoed bytes")
field("bytes", "data.bytes", "Bytes")

field("string", "info.model", "Model asked for")
field("uint8", "info.state", "State", base.DEC, states)
field("uint8", "info.reason", "Reason", base.DEC)
field("uint16", "info.model_count", "Number of models", base.DEC)
field("uint32", "info.queued", "Queued", base.DEC)
field("uint32", "info.queue_limit", "Queue limit", base.DEC)
field("uint32", "info.canary_ms", "Since the last good canary (ms)", base.DEC)
field("string", "model.name", "Name")
field("uint32", "model.generation", "Generation", base.DEC)
field("bytes", "model.weights_digest", "SHA-256 of the weights")
field("uint16", "model.class_count", "Number of classes", base.DEC)
field("uint16", "model.inputs", "Inputs", base.HEX)
field("uint16", "model.outputs", "Outputs", base.HEX)
field("uint32", "model.min_side", "Least side", base.DEC)
field("uint32", "model.side_multiple", "Side multiple", base.DEC)
field("uint64", "model.max_pixels", "Most pixels", base.DEC)
field("string", "class.name", "Class")
field("uint24", "class.color", "Colour (red, green, blue)", base.HEX)

field("uint64", "goaway.last_id", "Last id", base.DEC)
field("uint32", "goaway.grace_ms", "Grace (ms)", base.DEC)
field("uint16", "goaway.code", "Code", base.DEC, errors)
field("uint16", "goaway.reserved", "Reserved", base.HEX)

experts.header_crc = ProtoExpert.new(
  "tessera.expert.header_crc", "header_crc is wrong", PI_CHECKSUM, PI_ERROR)
experts.payload_crc = ProtoExpert.new(
  "tessera.expert.payload_crc", "payload_crc is wrong", PI_CHECKSUM, PI_ERROR)
experts.malformed = ProtoExpert.new(
  "tessera.expert.malformed", "the payload does not hold its fields exactly", PI_MALFORMED, PI_ERROR)
experts.length = ProtoExpert.new(
  "tessera.expert.length", "a frame longer than any may be; what follows is not read", PI_PROTOCOL, PI_ERROR)
experts.preface = ProtoExpert.new("tessera.expert.preface", "the preface is damaged", PI_PROTOCOL, PI_ERROR)

tessera.fields = fields
tessera.experts = experts

-- Lua 5.2 has bit32; the library that Wireshark always has works on signed numbers, which the last line of a checksum
-- makes unsigned.
local bits = bit32 or bit

-- CRC-32C, Castagnoli, reflected.
local crc_table = {}
for n = 0, 255 do
  local c = n
  for _ = 1, 8 do
    if bits.band(c, 1) == 1 then
      c = bits.bxor(bits.rshift(c, 1), 0x82F63B78)
    else
      c = bits.rshift(c, 1)
    end
  end
  crc_table[n] = c
end

local function crc32c(range)
  local bytes = range:bytes()
  local crc = 0xFFFFFFFF
  for i = 0, bytes:len() - 1 do
    crc = bits.bxor(bits.rshift(crc, 8), crc_table[bits.band(bits.bxor(crc, bytes:get_index(i)), 255)])
  end
  return bits.bxor(crc, 0xFFFFFFFF) % 4294967296
end

-- Reads a payload in order; the first field that is not there ends the reading.
local Reader = {}
Reader.__index = Reader

local function reader(tvb, tree)
  return setmetatable({ tvb = tvb, tree = tree, at = 0 }, Reader)
end

function Reader:left() return self.tvb:len() - self.at end

-- Takes bytes without showing them; nil where they are not there.
function Reader:take(count)
  if self.failed or self:left() < count then
    self.failed = true
    return nil
  end
  local range = self.tvb(self.at, count)
  self.at = self.at + count
  return range
end

-- Shows an integer, or bytes, of so many bytes.
function Reader:show(name, count)
  if count == 0 then return nil end
  local range = self:take(count)
  if range then self.tree:add_le(fields[name], range) end
  return range
end

function Reader:string(name)
  local length = self:take(1)
  if not length then return "" end
  local count = length:uint()
  if self:left() < count then
    self.failed = true
    return ""
  end
  local whole = self.tvb(self.at - 1, count + 1)
  local text = count > 0 and self:take(count):string(ENC_UTF_8) or ""
  self.tree:add(fields[name], whole, text)
  return text
end

-- Shows fields of these names and bytes in order; returns their ranges by name.
function Reader:all(prefix, items)
  local ranges = {}
  for _, item in ipairs(items) do
    ranges[item[1]] = self:show(prefix .. item[1], item[2])
  end
  return ranges
end

function Reader:list(name)
  local count = self:take(1)
  for _ = 1, count and count:uint() or 0 do
    if not self:show(name, 1) then return end
  end
end

function Reader:tlvs(isOpen)
  while self:left() > 0 and not self.failed do
    local id = self:show("tlv.id", 2)
    local length = self:show("tlv.length", 2)
    if not length then return end
    local value = self:show("tlv.value", length:le_uint())
    if isOpen and value and id:le_uint() == 2 then self.tree:add(fields.traceparent, value) end
  end
end

local messages = {}

messages[0x01] = function(r)
  r:show("hello.largest_data", 4)
  r:list("hello.version")
  r:list("hello.codec")
  r:string("agent")
  r:tlvs()
end

messages[0x81] = function(r)
  r:all("hello_ack.", {
    { "version", 1 }, { "state", 1 }, { "auth", 1 }, { "reserved", 1 }, { "hello_crc", 4 }, { "instance", 8 },
  })
  r:all("hello_ack.", limits)
  r:list("hello_ack.codec")
  r:string("agent")
  r:tlvs()
end

messages[0x02] = function(r)
  r:show("auth.method", 1)
  local length = r:show("auth.length", 2)
  if length then r:show("auth.token", length:le_uint()) end
end

messages[0x82] = function(r) r:show("auth_ok.seconds", 4) end

messages[0x10] = function(r)
  r:show("open.input", 1)
  r:show("open.layout", 1)
  local outputs = r:show("open.outputs", 2)
  if outputs then
    for _, name in ipairs({ "labels", "confidence", "f16", "f32", "png" }) do
      r.tree:add_le(fields["open.outputs." .. name], outputs)
    end
  end
  r:all("open.", {
    { "width", 4 }, { "height", 4 }, { "channels", 1 }, { "bits", 1 }, { "priority", 1 }, { "reserved", 1 },
    { "total", 8 }, { "budget_ms", 4 }, { "generation", 4 }, { "digest", 32 },
  })
  r:string("open.model")
  r:tlvs(true)
end

messages[0x90] = function(r)
  local count = r:all("result.", {
    { "width", 4 }, { "height", 4 }, { "classes", 2 }, { "label_bytes", 1 }, { "section_count", 1 },
    { "generation", 4 }, { "batch", 2 }, { "reserved", 2 }, { "decode_us", 4 }, { "queue_us", 4 },
    { "compute_us", 4 }, { "weights_digest", 32 }, { "input_digest", 32 }, { "pixels_digest", 32 },
    { "output_digest", 32 }, { "total", 8 },
  }).section_count
  r:string("result.model")
  for _ = 1, count and count:uint() or 0 do
    if r.failed then return end
    r:all("section.", {
      { "kind", 1 }, { "element_bytes", 1 }, { "reserved2", 2 }, { "reserved4", 4 }, { "length", 8 },
    })
  end
end

messages[0x92] = function(r)
  r:all("error.", { { "code", 2 }, { "scope", 1 }, { "retry", 1 }, { "retry_after_ms", 4 }, { "detail", 4 } })
  r:string("error.text")
end

messages[0x11] = function(r) r:show("data.bytes", r:left()) end
messages[0x91] = messages[0x11]
messages[0x12] = function() end
messages[0x20] = function(r) r:show("ping.bytes", 8) end
messages[0xa0] = messages[0x20]
messages[0x21] = function(r) r:string("info.model") end

-- Classes are there if the question named a model; no question is remembered here, so the length decides: without them
-- the next model, or the end, follows at once.
local function model(r, named)
  r:string("model.name")
  local count = r:all("model.", {
    { "generation", 4 }, { "weights_digest", 32 }, { "class_count", 2 }, { "inputs", 2 }, { "outputs", 2 },
    { "min_side", 4 }, { "side_multiple", 4 }, { "max_pixels", 8 },
  }).class_count
  for _ = 1, named and count and count:le_uint() or 0 do
    if r.failed then return end
    r:string("class.name")
    local color = r:take(3)
    if color then r.tree:add(fields["class.color"], color) end
  end
end

-- Whether n models without classes fill the payload exactly.
local function isList(tvb, n)
  local at = 16
  for _ = 1, n do
    if at >= tvb:len() then return false end
    at = at + 1 + tvb(at, 1):uint() + 58
  end
  return at == tvb:len()
end

messages[0xa1] = function(r)
  local count = r:all("info.", {
    { "state", 1 }, { "reason", 1 }, { "model_count", 2 }, { "queued", 4 }, { "queue_limit", 4 }, { "canary_ms", 4 },
  }).model_count
  local n = count and not r.failed and count:le_uint() or 0
  local named = n > 0 and not isList(r.tvb, n)
  for _ = 1, n do
    if r.failed then return end
    model(r, named)
  end
end

messages[0xa3] = function(r)
  r:all("goaway.", { { "last_id", 8 }, { "grace_ms", 4 }, { "code", 2 }, { "reserved", 2 } })
end

local function addHeader(tvb, tree)
  local r = reader(tvb(0, HEADER):tvb(), tree)
  r:all("", { { "wire_len", 4 }, { "plain_len", 4 }, { "id", 8 }, { "type", 1 } })
  tree:add(fields["flags.end"], r:show("flags", 1))
  r:all("", { { "codec", 1 }, { "version", 1 }, { "seq", 4 }, { "payload_crc", 4 } })
  local crc = r:show("header_crc", 4)
  local isRight = crc:le_uint() == crc32c(tvb(0, HEADER - 4))
  tree:add(fields["header_crc.right"], crc, isRight):set_generated()
  if not isRight then tree:add_proto_expert_info(experts.header_crc) end
end

local function addPayload(tvb, tree, type, codec)
  local payload = tvb(HEADER):tvb()
  local right = payload:len() == 0 and 0 or crc32c(payload(0))
  local crc = tvb(24, 4)
  tree:add(fields["payload_crc.right"], crc, crc:le_uint() == right):set_generated()
  if crc:le_uint() ~= right then tree:add_proto_expert_info(experts.payload_crc) end
  if payload:len() > 0 and (codec ~= 0 or not messages[type]) then
    tree:add(fields.payload, payload(0))
    return
  end
  if not messages[type] then return end
  local r = reader(payload, tree)
  messages[type](r)
  if r.failed or r:left() > 0 then tree:add_proto_expert_info(experts.malformed) end
end

local function addFrame(tvb, pinfo, root)
  local type, codec = tvb(16, 1):uint(), tvb(18, 1):uint()
  local name = types[type] or string.format("type 0x%02x", type)
  local id = tvb(8, 8):le_uint64()
  local title = id == UInt64(0) and name or name .. " of " .. tostring(id)
  local tree = root:add(tessera, tvb(), "Tessera Segmentation Protocol, " .. title)
  addHeader(tvb, tree)
  addPayload(tvb, tree, type, codec)
  pinfo.cols.info:append((pinfo.private.tessera_seen and ", " or "") .. title)
  pinfo.private.tessera_seen = "yes"
end

local function startsWithPreface(tvb, offset)
  return tvb:len() >= offset + 1 and tvb(offset, 1):uint() == 0x89
    and tvb:raw(offset, math.min(8, tvb:len() - offset)) == PREFACE:sub(1, math.min(8, tvb:len() - offset))
end

local function length(tvb, _, offset)
  -- A header whose length begins with the preface would be of 1.3 GB, so it is none.
  if startsWithPreface(tvb, offset) then return #PREFACE end
  local wire = tvb(offset, 4):le_uint()
  return wire > LONGEST and tvb:len() - offset or HEADER + wire
end

local function dissect(tvb, pinfo, root)
  pinfo.cols.protocol = "TSP"
  if startsWithPreface(tvb, 0) then
    local tree = root:add(tessera, tvb(), "Tessera Segmentation Protocol, preface")
    tree:add(fields.preface, tvb())
    pinfo.cols.info:append("preface")
    pinfo.private.tessera_seen = "yes"
  elseif tvb:len() < HEADER or tvb(0, 4):le_uint() > LONGEST then
    local tree = root:add(tessera, tvb(), "Tessera Segmentation Protocol, no frame")
    tree:add_proto_expert_info(experts.length)
  else
    addFrame(tvb, pinfo, root)
  end
  return tvb:len()
end

-- What dissect_tcp_pdus waits for must tell a preface (8 bytes) from a header: 4 bytes of length do.
function tessera.dissector(tvb, pinfo, root)
  pinfo.cols.info = ""
  dissect_tcp_pdus(tvb, root, 4, length, dissect)
  return tvb:len()
end

tessera:register_heuristic("tcp", function(tvb, pinfo, root)
  if tvb:len() < #PREFACE or not startsWithPreface(tvb, 0) then return false end
  pinfo.conversation = tessera
  tessera.dissector(tvb, pinfo, root)
  return true
end)

DissectorTable.get("tcp.port"):add(7450, tessera)
