import Foundation
import Testing

extension CommandTests {
  /// Several models behind one port, and models that change while they are served.
  struct ServedModelsTests {
    private let workspace: Workspace
    private var folder: TemporaryFolder { workspace.folder }

    /// Trains two models that differ.
    init() async throws {
      workspace = try await Workspace(images: 6)
      for (name, seed) in [("run", "1"), ("other", "2")] {
        expectDone(try await workspace.train(Workspace.tiny + ["--seed", seed], out: name))
      }
      let weights = try folder.bytes("run/best.safetensors")
      #expect(try weights != folder.bytes("other/best.safetensors"))
      try folder.write(weights, to: "served.safetensors")
    }

    private func maps(_ arguments: [String], out: String) async throws -> [[UInt8]] {
      expectDone(
        try await Tool.run(arguments + [workspace.path("scenes/images/val"), "--out", workspace.path(out)]))
      return try folder.names(in: out).map { try folder.bytes("\(out)/\($0)") }
    }

    private func list(_ address: String) async throws -> [String] {
      let list = try await Tool.run(["request", "--server", address, "--list"])
      expectDone(list)
      #expect(list.outputLines.first == "model generation classes weights" && list.outputLines.last == "")
      return Array(list.outputLines.dropFirst().dropLast())
    }

    /// Replaces the served file as training does.
    private func put(_ bytes: [UInt8]) throws {
      try folder.write(bytes, to: "new.safetensors")
      #expect(rename(workspace.path("new.safetensors"), workspace.path("served.safetensors")) == 0)
    }

    @Test func severalModelsAnswerByName() async throws {
      let outcome = try await withServing([
        "--model", "street=\(workspace.path("run"))", "--model", "night=\(workspace.path("other"))", "--default",
        "night",
      ]) { _, address in
        let names = try await list(address).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(names == ["night 1", "street 1"])
        for (name, run) in [("", "other"), ("street@1", "run")] {
          let choice = name.isEmpty ? [] : ["--model", name]
          let served = try await maps(["request", "--server", address] + choice, out: "served-\(name)")
          #expect(try await served == maps(["predict", "--model", workspace.path(run)], out: "predicted-\(name)"))
        }
        for (name, cause) in [
          ("day", "the server has no model day"), ("street@2", "no such model or generation is loaded"),
        ] {
          let outcome = try await Tool.run([
            "request", "--server", address, "--model", name, workspace.path("scenes/images/val"), "--out",
            workspace.path("none"),
          ])
          #expect(outcome.status == 1 && outcome.errors.contains(cause), "\(outcome.errors)")
        }
      }
      expectDone(outcome)
    }

    @Test("SIGHUP puts changed weights in place, and keeps the old ones where the file is damaged")
    func hangUps() async throws {
      let (first, second) = (
        try folder.bytes("run/best.safetensors"), try folder.bytes("other/best.safetensors")
      )
      let outcome = try await withServing(["--model", workspace.path("served.safetensors")]) { server, address in
        let before = try await list(address)
        server.send(SIGHUP)
        _ = try await server.line(with: "has not changed")
        try put(second)
        server.send(SIGHUP)
        #expect(try await server.line(with: "the model was loaded anew").contains("generation=2"))
        let after = try await list(address)
        #expect(before[0].hasPrefix("default 1 ") && after[0].hasPrefix("default 2 "))
        #expect(before[0].split(separator: " ").last != after[0].split(separator: " ").last)
        let served = try await maps(["request", "--server", address], out: "served")
        #expect(try await served == maps(["predict", "--model", workspace.path("other")], out: "predicted"))

        var damaged = first
        damaged[first.count - 100] ^= 1
        var nan = first
        nan.replaceSubrange(first.count - 8..<first.count - 4, with: [0, 0, 0xc0, 0x7f])
        let wide = Workspace.tiny.map { $0 == "4" ? "5" : $0 }
        expectDone(try await workspace.train(wide, out: "wide"))
        let bad: [([UInt8], String)] = [
          (Array(first.dropLast(1000)), "truncated"), (damaged, "served.safetensors"), (nan, "served.safetensors"),
          (try folder.bytes("wide/best.safetensors"), "unet, width 5"), ([], "served.safetensors"),
        ]
        for (index, (bytes, part)) in bad.enumerated() {
          try put(bytes)
          server.send(SIGHUP)
          let line = try await server.line(with: "was not loaded anew", count: index + 1)
          #expect(line.contains(" error ") && line.contains("model=default") && line.contains("generation=2"))
          #expect(line.contains(part), "\(part): \(line)")
        }
        try FileManager.default.removeItem(atPath: workspace.path("served.safetensors"))
        server.send(SIGHUP)
        let line = try await server.line(with: "was not loaded anew", count: bad.count + 1)
        #expect(line.contains("served.safetensors"))
        #expect(try await list(address) == after)
        try put(first)
        server.send(SIGHUP)
        #expect(try await server.line(with: "the model was loaded anew", count: 2).contains("generation=3"))
      }
      expectDone(outcome)
    }

    @Test func modelsThatCannotBeServedAreRefusedAtOnce() async throws {
      try folder.write([], to: "big.safetensors")
      let file = try #require(FileHandle(forWritingAtPath: workspace.path("big.safetensors")))
      try file.truncate(atOffset: 1 << 42)
      try file.close()
      let outcome = try await Tool.run([
        "serve", "--listen", "127.0.0.1:0", "--model", "big=\(workspace.path("big.safetensors"))", "--model",
        "small=\(workspace.path("run"))",
      ])
      expectError(outcome, naming: "the models big, small may take", "serve fewer or smaller ones")
      let none = try await Tool.run(["serve", "--listen", "127.0.0.1:0", "--model", workspace.path("scenes")])
      expectError(none, naming: "cannot serve the model default", workspace.path("scenes/best.safetensors"))
    }
  }
}
