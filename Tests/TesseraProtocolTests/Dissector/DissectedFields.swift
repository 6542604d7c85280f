/// A frame vector's meaning in the names of the dissector's fields.
struct DissectedFields {
  private var fields: [String: [JSONValue]] = [:]

  init(_ vector: FrameVector) {
    for (name, value) in vector.header { fields[name] = [.natural(value)] }
    let message = vector.message
    switch vector.header["type"] {
    case 0x01: add(message, "hello", lists: ["versions": "hello.version", "codecs": "hello.codec"])
    case 0x81: add(message, "hello_ack", lists: ["codecs": "hello_ack.codec"])
    case 0x02: add(message, "auth")
    case 0x82: add(message, "auth_ok")
    case 0x10: add(message, "open")
    case 0x90: addResult(message)
    case 0x92: add(message, "error")
    case 0x20, 0xa0: add(message, "ping")
    case 0x21: add(message, "info")
    case 0xa1: addInfo(message)
    case 0xa3: add(message, "goaway")
    case 0x11, 0x91:
      if vector.header["codec"] == 0, let plain = message["plain"] {
        fields["data.bytes"] = [plain]
      }
    default: break
    }
  }

  private mutating func add(
    _ message: [String: JSONValue], _ prefix: String, lists: [String: String] = [:]
  ) {
    for (name, value) in message {
      switch (name, value) {
      case ("tlvs", .array(let items)):
        for case .array(let item) in items where item.count == 2 {
          fields["tlv.id", default: []].append(item[0])
          if item[1] != .string("") { fields["tlv.value", default: []].append(item[1]) }
        }
      case (_, .array(let values)) where !values.isEmpty:
        if let field = lists[name] { fields[field] = values }
      case (_, .array): break
      case ("agent", _): fields["agent"] = [value]
      // A token of no bytes has no bytes to show.
      case ("token", .string("")): break
      default: fields["\(prefix).\(name)"] = [value]
      }
    }
  }

  private mutating func addResult(_ message: [String: JSONValue]) {
    var message = message
    guard case .array(let sections)? = message.removeValue(forKey: "sections") else { return }
    add(message, "result")
    fields["result.section_count"] = [.natural(UInt64(sections.count))]
    for case .array(let section) in sections where section.count == 3 {
      for (name, value) in zip(["kind", "element_bytes", "length"], section) {
        fields["section.\(name)", default: []].append(value)
      }
    }
  }

  private mutating func addInfo(_ message: [String: JSONValue]) {
    var message = message
    message["named"] = nil
    guard case .array(let models)? = message.removeValue(forKey: "models") else { return }
    add(message, "info")
    fields["info.model_count"] = [.natural(UInt64(models.count))]
    for case .object(let model) in models {
      for (name, value) in model {
        guard name == "classes", case .array(let classes) = value else {
          fields["model.\(name)", default: []].append(value)
          continue
        }
        for case .array(let item) in classes where item.count == 4 {
          fields["class.name", default: []].append(item[0])
          let color = item[1...].reduce(0 as UInt64) { sum, part in
            guard case .natural(let part) = part else { return sum }
            return sum << 8 | part
          }
          fields["class.color", default: []].append(.natural(color))
        }
      }
    }
  }

  /// What the dissector shows otherwise, or not at all.
  func differences(from shown: TShark.Fields) -> [String] {
    fields.compactMap { name, values in
      guard let shown = shown[name] else { return "\(name) is not shown" }
      let isSame =
        shown.count == values.count && zip(values, shown).allSatisfy { Self.means($0, $1) }
      return isSame ? nil : "\(name): \(shown) for \(values)"
    }
  }

  private static func means(_ value: JSONValue, _ shown: String) -> Bool {
    switch value {
    case .natural(let number):
      shown.hasPrefix("0x")
        ? UInt64(shown.dropFirst(2), radix: 16) == number : UInt64(shown) == number
    case .string(let text): shown == text || shown.filter { $0 != ":" } == text
    default: false
    }
  }
}
