internal import TesseraLabels

/// One field of a message in words.
struct MessageField: Hashable, Sendable {
  let name: String
  let value: String

  /// The stored properties of a message, those of its parts too, such as `limits.maxSide`.
  static func all(of message: some Any) -> [MessageField] { fields(of: message, prefix: "") }

  private static func fields(of value: Any, prefix: String) -> [MessageField] {
    Mirror(reflecting: value).children.flatMap { child in
      let name = prefix + (child.label ?? "")
      if let text = text(of: child.value, name: name) { return [MessageField(name: name, value: text)] }
      return fields(of: child.value, prefix: name + ".")
    }
  }

  /// One value in words, nil for a value of several parts.
  private static func text(of value: Any, name: String) -> String? {
    switch value {
    case let text as String: text.debugDescription
    // Its description is a sentence; here every field counts.
    case is SegmentationError: nil
    case let outputs as OutputSet: outputs.names
    // A token is a secret, and no other field of bytes means anything to people.
    case let bytes as [UInt8]: "\(bytes.count) bytes"
    case let items as [TLV]: list(items) { "\($0.id) of \($0.value.count) bytes" }
    case let items as [Section]:
      list(items) { "\(OutputSet(rawValue: UInt16($0.kind)).names) of \($0.length) bytes" }
    case let items as [ModelSummary]:
      list(items) { model in
        "\(model.name) generation \(model.generation), \(model.classCount) classes"
          + (model.classes.isEmpty ? "" : " (\(model.classes.map(\.name).joined(separator: ", ")))")
      }
    case let items as [ProtocolVersion]: list(items) { $0.description }
    case let items as [Codec]: list(items) { $0.description }
    case is any BinaryInteger, is Duration, is any CustomStringConvertible: "\(value)"
    default: Mirror(reflecting: value).displayStyle == .enum ? "\(value)" : nil
    }
  }

  private static func list<Item>(_ items: [Item], _ text: (Item) -> String) -> String {
    items.isEmpty ? "none" : items.map(text).joined(separator: ", ")
  }
}

extension OutputSet {
  /// The outputs by name, unknown bits as a number.
  fileprivate var names: String {
    let known: [(OutputSet, String)] = [
      (.labels, "labels"), (.confidence, "confidence"), (.probabilitiesF16, "probabilities f16"),
      (.probabilitiesF32, "probabilities f32"), (.palettePNG, "palette PNG"),
    ]
    let rest = subtracting(.all)
    let names = known.filter { contains($0.0) }.map(\.1) + (rest.isEmpty ? [] : [hexadecimal(rest.rawValue)])
    return names.isEmpty ? "none" : names.joined(separator: " + ")
  }
}
