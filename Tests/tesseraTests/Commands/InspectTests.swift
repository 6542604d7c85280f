import Foundation
import Testing

extension CommandTests {
  /// What `inspect` tells of files.
  struct InspectTests {
    private let folder: TemporaryFolder

    init() async throws { folder = try TemporaryFolder() }

    private func inspect(_ name: String) async throws -> Tool.Outcome {
      try await Tool.run(["inspect", folder.path(name)])
    }

    @Test func modelsTellArchitectureClassesAndTensors() async throws {
      let workspace = try await Workspace(trained: true)
      let run = try await Tool.run(["inspect", workspace.path("run")])
      let file = try await Tool.run(["inspect", workspace.path("run/best.safetensors")])
      expectDone(run)
      #expect(run.output == file.output)
      for part in [
        "unet, width 4", "#80bee6  sky", "normalisation", "provenance      seed: 0", "F32  [4, 3, 3, 3]  108",
      ] {
        #expect(run.output.contains(part), "\(part)")
      }
      #expect(run.output.contains(/SHA-256 +[0-9a-f]{64}\n/))
      let sum = run.outputLines.filter { $0.contains("  F32  ") }.compactMap { $0.split(separator: " ").last }
        .compactMap { Int($0) }.reduce(0, +)
      #expect(run.output.contains("of \(sum) numbers"))
      let parameters = try #require(run.output.firstMatch(of: /parameters +(\d+), and (\d+) numbers/))
      #expect(try #require(Int(parameters.1)) + #require(Int(parameters.2)) == sum)
    }

    @Test func labelMapsTellTheirIDs() async throws {
      try folder.write(try Workspace.labelMap([[4, 4, 9], [9, 4, 200]]), to: "map")
      let outcome = try await inspect("map")
      expectDone(outcome)
      for part in [
        "size            3×2", "bit depth       8", "colour type     grey", "interlaced      no", "ids             3",
        "  4  3 pixels, first at (0, 0)", "  9  2 pixels, first at (2, 0)", "  200  1 pixels, first at (2, 1)",
      ] {
        #expect(outcome.output.contains(part), "\(part) in \(outcome.output)")
      }
      try folder.write(try Workspace.image(width: 5, height: 4), to: "photo")
      let photo = try await inspect("photo")
      expectDone(photo)
      #expect(photo.output.contains("colour type     RGB") && !photo.output.contains("ids"))
      try folder.write(Array(try folder.bytes("photo").dropLast(30)), to: "cut")
      let cut = try await inspect("cut")
      expectError(cut, naming: folder.path("cut"))
      #expect(cut.output.contains("5×4"), "what could be read is told")
    }

    private static let preface: [UInt8] = [0x89, 0x54, 0x53, 0x50, 0x0D, 0x0A, 0x1A, 0x0A]
    /// A HELLO and a PING, byte for byte as the specification has them.
    private static let hello: [UInt8] =
      [9, 0, 0, 0, 9, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + [1, 0, 0, 0, 0, 0, 0, 0] + [0x6f, 0xc5, 0xab, 0x67]
      + [0xde, 0xc3, 0x9d, 0x60] + [0, 0, 0x10, 0, 1, 1, 1, 0, 0]
    private static let ping: [UInt8] =
      [8, 0, 0, 0, 8, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + [0x20, 0, 0, 1, 1, 0, 0, 0] + [
        0xbb, 0x76, 0x04, 0xa2,
      ]
      + [0x7b, 0x43, 0x05, 0xc8] + Array("tessera!".utf8)

    @Test func framesTellHeadersAndFields() async throws {
      try folder.write(Self.preface + Self.hello + Self.ping, to: "talk")
      let outcome = try await inspect("talk")
      expectDone(outcome)
      for part in [
        "2 frames of TSP/1", "byte 0: preface", "byte 8: HELLO from the client, 9 bytes", "largestChunk: 1048576",
        "byte 49: PING from the client, 8 bytes, id 0, seq 1, version 1, identity", "token: \(0x2161_7265_7373_6574)",
      ] {
        #expect(outcome.output.contains(part), "\(part) in \(outcome.output)")
      }
    }

    @Test func damagedFramesTellTheByte() async throws {
      var flipped = Self.hello + Self.ping
      flipped[35] ^= 1
      try folder.write(flipped, to: "payload")
      let payload = try await inspect("payload")
      expectError(payload, naming: "byte 32", "PAYLOAD_CRC")
      #expect(payload.output.contains("byte 41: PING"), "the next frame is still found")
      flipped = Self.hello + Self.ping
      flipped[41 + 4] ^= 1
      try folder.write(flipped, to: "header")
      expectError(try await inspect("header"), naming: "byte 41", "HEADER_CRC")
      try folder.write(Array((Self.hello + Self.ping).dropLast(3)), to: "cut")
      expectError(try await inspect("cut"), naming: "byte 73", "5 bytes")
      try folder.write(Self.preface + [1, 2, 3], to: "stub")
      expectError(try await inspect("stub"), naming: "byte 8", "3 bytes")
    }

    @Test func otherFilesAreRefused() async throws {
      try folder.write("just text, no more and no less than this\n", to: "notes")
      try folder.write([], to: "nothing")
      for name in ["notes", "nothing", "missing"] { expectError(try await inspect(name), naming: folder.path(name)) }
      expectError(try await inspect(""), naming: "best.safetensors")
      #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
      expectError(try await inspect("pipe"), naming: folder.path("pipe"))
    }
  }
}
