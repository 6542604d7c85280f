import Foundation

/// Runs `tshark` with the dissector of `Protocol` on a capture.
enum TShark {
  /// A frame as the dissector shows it: every value of each field, in order.
  typealias Fields = [String: [String]]

  private static let path: String? = [
    "/usr/bin/tshark", "/usr/local/bin/tshark", "/opt/homebrew/bin/tshark",
  ]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

  static var isInstalled: Bool { path != nil }

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// The frames of each packet that holds any, by the port of the client and the sender, in order.
  static func dissect(_ capture: PacketCapture) throws -> [(
    port: UInt16, side: PacketCapture.Side, frame: Fields
  )] {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "tessera-\(UUID().uuidString).pcap")
    try Data(capture.bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let script = VectorFile.folder.appending(path: "../tessera.lua").standardizedFileURL.path
    let process = Process()
    process.executableURL = URL(filePath: path ?? "tshark")
    process.arguments = [
      "-X", "lua_script:\(script)", "-r", file.path, "-T", "json", "--no-duplicate-keys",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Texts that are no UTF-8 come out as they are.
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let packets = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
    else { throw Failure(description: "tshark ended with \(process.terminationStatus)") }
    return try packets.flatMap { packet -> [(port: UInt16, side: PacketCapture.Side, frame: Fields)] in
      guard let layers = (packet["_source"] as? [String: Any])?["layers"] as? [String: Any],
        let tcp = layers["tcp"] as? [String: Any], let source = tcp["tcp.srcport"] as? String,
        let target = tcp["tcp.dstport"] as? String
      else { throw Failure(description: "a packet without TCP") }
      let isServer = source == "7450"
      let frames =
        (layers["tessera"] as? [[String: Any]]) ?? (layers["tessera"] as? [String: Any]).map {
          [$0]
        } ?? []
      let side: PacketCapture.Side = isServer ? .server : .client
      let port = UInt16(isServer ? target : source) ?? 0
      return frames.map { (port, side, fields($0)) }
    }
  }

  private static func fields(_ tree: [String: Any]) -> Fields {
    var fields: Fields = [:]
    for (name, value) in tree {
      let short = name.hasPrefix("tessera.") ? String(name.dropFirst("tessera.".count)) : name
      switch value {
      case let value as String: fields[short] = [value]
      case let values as [Any]: fields[short] = values.map { $0 as? String ?? "\($0)" }
      default: fields[short] = ["\(value)"]
      }
    }
    return fields
  }
}
