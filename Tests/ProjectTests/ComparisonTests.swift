import Foundation
import Testing

/// What the comparison with peers makes of their figures, on a stage of stand-ins that print made-up ones.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/python3"), "Python is not installed"))
struct ComparisonTests {
  /// A stand-in prints what its options, or how often it ran before, choose.
  private func stage(bench: String, python: String) throws -> Stage {
    let stage = try Stage()
    try stage.add("bench", bench)
    try stage.add("python", python)
    for script in ["train_step.py", "infer.py"] { try stage.add("peers/\(script)", "") }
    return stage
  }

  private func compare(_ stage: Stage, _ arguments: [String]) async throws -> (Int32, [String], errors: String) {
    let places = [
      "--peers", stage.path("peers"), "--python", stage.path("python"), "--bench", stage.path("bench"), "--out",
      stage.path("lines"),
    ]
    let outcome = try await stage.run("Tests/Benchmarks/compare", arguments: places + arguments)
    return (outcome.status, outcome.output.split(separator: "\n").dropFirst(2).map(String.init), outcome.errors)
  }

  @Test func theBestPeerCountsAndMediansOfRounds() async throws {
    // Rounds give 6, 1 and 7 images a second; PyTorch gives 2, tuned 3.
    let stage = try stage(
      bench: "echo x >> runs; set -- 6 1 7 0; shift $(($(wc -l < runs) - 1)); "
        + "echo \"{\\\"median_images_per_second\\\": $1}\"",
      python: "echo hello; echo \"{\\\"median_images_per_second\\\": ${MALLOC_TOP_PAD_:+3}${MALLOC_TOP_PAD_:-2}}\" "
        + "| sed s/3268435456/3/")
    let (status, lines, _) = try await compare(
      stage, ["--only", "step-unet32-f32", "--bar", "step-unet32-f32=1.5"])
    #expect(status == 0)
    #expect(
      lines == ["| step unet32 f32 | 6.00 images/s | 3.00 images/s (PyTorch, tuned) | 2.00 | at least 1.5 | yes |"])
    let raw = try String(contentsOfFile: stage.path("lines"), encoding: .utf8).split(separator: "\n")
    #expect(raw.count == 9)
    let contenders = try raw.map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["contender"] as? String
    }
    #expect(Array(contenders.prefix(4)) == ["Tessera", "PyTorch", "PyTorch, tuned", "Tessera"])
  }

  @Test func lessTimeIsBetterAndABarCanBeMissed() async throws {
    let stage = try stage(
      bench: #"echo '{"median_ms": 20}'"#,
      python: #"case $* in *onnx*) exit 3;; *openvino*) echo '{"median_ms": 15}';; *) echo '{"median_ms": 30}';; esac"#)
    let (status, lines, _) = try await compare(stage, ["--rounds", "1", "--only", "infer-lraspp-f32"])
    #expect(status == 1)
    #expect(
      lines == [
        "| infer lraspp f32 | 20.00 ms | 15.00 ms (OpenVINO); ONNX Runtime not available: ended with status 3 and "
          + "printed no figure | 0.75 | at least 1 | no |"
      ])
    let (lowered, _, _) = try await compare(
      stage, ["--rounds", "1", "--only", "infer-lraspp-f32", "--bar", "infer-lraspp-f32=0.7"])
    #expect(lowered == 0)
  }

  @Test func whatTesseraCannotDoIsSaid() async throws {
    let stage = try stage(
      bench: "echo 'Error: --precision bf16: known is f32' >&2; echo 'Usage: x' >&2; exit 64", python: "touch ran")
    let (status, lines, _) = try await compare(stage, ["--only", "infer-unet32-bf16", "step-unet32-bf16"])
    #expect(status == 1)
    #expect(
      lines
        == [("infer", "1.05"), ("step", "1.7")].map {
          "| \($0) unet32 bf16 | not available: --precision bf16: known is f32 |  |  | at least \($1) | – |"
        })
    #expect(!FileManager.default.fileExists(atPath: stage.path("ran")))
  }

  @Test func theRatioOfATrainingNeedsNoPeer() async throws {
    let stage = try stage(bench: #"echo '{"ratio": 0.9}'"#, python: "exit 1")
    let (status, lines, _) = try await compare(stage, ["--rounds", "1", "--only", "end-to-end"])
    #expect(status == 1)
    #expect(lines == ["| training over bare step, unet32 f32 | 0.90 |  | 0.90 | at least 0.95 | no |"])
  }

  @Test(arguments: [
    (["--only", "step"], "--only step: known are step-unet32-f32, "),
    (["--rounds", "0"], "--rounds 0: give 1 to 1000"),
    (["--threads", "257"], "--threads 257: give 1 to 256"), (["--bar", "x=1"], "--bar x=1: give ROW=RATIO"),
    (["--bar", "end-to-end=much"], "--bar end-to-end=much: give ROW=RATIO"),
    (["--peers", "nowhere"], "--peers nowhere: holds no train_step.py"),
    (["--bench", "nowhere"], "--bench nowhere: not there; build it by swift build"),
  ])
  func wrongArgumentsAreNamed(arguments: [String], message: String) async throws {
    let stage = try stage(bench: "exit 1", python: "exit 1")
    let (status, lines, errors) = try await compare(stage, arguments)
    #expect(status == 64 && lines.isEmpty)
    #expect(errors.hasPrefix("Error: \(message)"), "\(errors)")
  }
}
