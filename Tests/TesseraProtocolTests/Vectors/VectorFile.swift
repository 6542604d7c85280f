import Foundation

/// The golden vectors of `Protocol/vectors`, one a line.
enum VectorFile {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Protocol/vectors")

  /// Reads every vector of the named file, or of all files of a folder but the exchanges.
  static func read<T: Decodable>(_ type: T.Type, _ path: String) throws -> [T] {
    let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(T.self, from: Data($0.utf8)) }
  }

  /// The files of `valid` or `invalid`, in the order of their names.
  static func names(_ part: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: part).path).sorted()
      .map { "\(part)/\($0)" }
  }

  static func validFrames() throws -> [FrameVector] {
    try names("valid").filter { $0 != exchanges }.flatMap { try read(FrameVector.self, $0) }
  }

  static func validExchanges() throws -> [ExchangeVector] { try read(ExchangeVector.self, exchanges) }

  static func invalidExchanges() throws -> [ExchangeVector] {
    try names("invalid").flatMap { try read(ExchangeVector.self, $0) }
  }

  private static let exchanges = "valid/exchange.jsonl"
}

/// One frame and what it means.
struct FrameVector: Decodable {
  let name: String
  let from: String
  let hex: String
  let header: [String: UInt64]
  let message: [String: JSONValue]
}

/// A conversation: what both sides say, and how it ends.
struct ExchangeVector: Decodable {
  struct Frame: Decodable {
    let from: String
    let `is`: String
    let hex: String
  }

  struct Server: Decodable {
    let limits: [String: UInt64]?
    let classes: Int?
    let token: String?
    let state: String?
    let answers: Bool?
    let min_side: UInt32?
    let side_multiple: UInt32?
    let model_pixels: UInt64?
  }

  struct Client: Decodable {
    let codecs: [UInt8]?
    let token: String?
    let max_result: UInt64?
  }

  struct Fault: Decodable {
    let id: UInt64
    let code: UInt16
    let name: String
    let scope: UInt8
    let retry: UInt8?
    let version: UInt8?
    /// Another code that says the same fault, where decoders cannot all tell them apart.
    let or: UInt16?
  }

  struct Result: Decodable, Hashable {
    let id: UInt64
    let width: Int
    let height: Int
    let classes: Int
    let labels: [UInt16]?
    let confidence: [UInt8]?
    let probabilities: [Double]?
  }

  let name: String
  let plays: [String]
  let server: Server?
  let client: Client?
  let frames: [Frame]
  let errors: [Fault]
  let results: [Result]?

  /// What one side says, frame by frame.
  func bytes(from side: String) -> [[UInt8]] { frames.filter { $0.from == side }.map { hex($0.hex) } }
}
