import Foundation
import Testing

/// What the comparison of servers makes of their figures, on a stage of stand-ins that print made-up ones.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/python3"), "Python is not installed"))
struct ServingComparisonTests {
  /// Notes its arguments; as a server, answers every POST.
  private static let python = """
    echo "$*" >> python.calls
    case $1 in
    *lraspp_onnx.py) exit 0;;
    *triton*) echo 'Error: no Triton' >&2; exit 1;;
    esac
    while [ "$1" != --port ]; do shift; done
    exec /usr/bin/python3 -c '
    import http.server, socketserver, sys
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
    socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()' $2
    """

  /// Prints figures for a round: those of Tessera, or of a peer with so many images a second.
  private func bench(peer: Int, agreement: String = "0.9999", own: String = "1.0") -> String {
    """
    echo "$*" >> bench.calls
    figure() { echo "{\\"contender\\": \\"$1\\", \\"round\\": 1, \\"images_per_second\\": $2, \\"p50_ms\\": 1,\\
     \\"p99_ms\\": $3, \\"max_ms\\": 9, \\"generator_cpu_ms\\": 0.5}"; }
    case $* in
    *--address*) case $* in *--model*) echo '{"agreement": \(agreement)}';; esac; figure peer \(peer) 20;;
    *) echo '{"contender": "tessera serve", "agreement": \(own)}'; figure engine 50 8; figure "tessera serve" 49 9;;
    esac
    echo '{"summary": true}'
    """
  }

  private func compare(
    _ bench: String, _ arguments: [String]
  ) async throws -> (status: Int32, output: String, errors: String, stage: Stage) {
    let stage = try Stage()
    try stage.add("bench", bench)
    try stage.add("python", Self.python)
    try stage.add("tessera", #"echo "$*" >> tessera.calls"#)
    let places = [
      "--python", stage.path("python"), "--bench", stage.path("bench"), "--tessera", stage.path("tessera"), "--out",
      stage.path("lines"),
    ]
    let outcome = try await stage.run("Tests/Benchmarks/serving", arguments: places + arguments)
    return (outcome.status, outcome.output, outcome.errors, stage)
  }

  @Test func serversTakeTurnsAndBarsAreJudged() async throws {
    let outcome = try await compare(bench(peer: 20), ["--only", "mosec", "--rounds", "2"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains("| tessera serve | 2 threads, batch 1, f32 | 49.0 | 1.0 | 9.0 | 9.0 | 0.5 | 1.00000 |"))
    #expect(
      outcome.output.contains(
        "| mosec, ONNX Runtime | 1 × 2 threads, batch 8, f32 | 20.0 | 1.0 | 20.0 | 9.0 | 0.5 | 0.99990 |"))
    #expect(outcome.output.contains("| served over engine alone | 0.980 | 0.95 | yes |"))
    #expect(outcome.output.contains("| images/s over mosec, ONNX Runtime | 2.450 | 1.5 | yes |"))
    #expect(outcome.output.contains("| p99 of mosec, ONNX Runtime over p99 | 2.222 | 1 | yes |"))
    let calls = try String(contentsOfFile: outcome.stage.path("bench.calls"), encoding: .utf8)
      .split(separator: "\n").map { $0.contains("--address") ? "peer" : "tessera" }
    // Three settings are tried, then two rounds of both.
    #expect(calls == ["peer", "peer", "peer", "tessera", "peer", "tessera", "peer"])
    let python = try String(contentsOfFile: outcome.stage.path("python.calls"), encoding: .utf8)
    #expect(python.contains("lraspp_onnx.py ") && python.contains("--workers 2 --threads 1 --batch 8 --wait-ms 2"))
    let trained = try String(contentsOfFile: outcome.stage.path("tessera.calls"), encoding: .utf8)
    #expect(trained.contains("train ") && trained.contains("--arch lraspp"))
  }

  @Test func aFasterPeerIsAMissedBar() async throws {
    let arguments = ["--only", "litserve", "--rounds", "1", "--model", "m", "--onnx", "o", "--threads", "1"]
    let outcome = try await compare(bench(peer: 40), arguments)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("| images/s over LitServe, ONNX Runtime | 1.225 | 1.5 | no |"))
    #expect(!FileManager.default.fileExists(atPath: outcome.stage.path("tessera.calls")))
    let lowered = try await compare(bench(peer: 40), arguments + ["--peer-bar", "1.2"])
    #expect(lowered.status == 0)
  }

  @Test func otherMapsAndServersThatDoNotStartAreNoPeers() async throws {
    let outcome = try await compare(
      bench(peer: 20, agreement: "0.5"), ["--only", "mosec", "triton", "--rounds", "1", "--model", "m", "--onnx", "o"])
    #expect(outcome.status == 1)
    #expect(
      outcome.output.contains(
        "| mosec, ONNX Runtime | not available: its maps have only 0.5 of Tessera's pixels |"))
    #expect(
      outcome.output.contains("| Triton, ONNX Runtime | not available: did not come to answer: Error: no Triton |"))
    #expect(!outcome.output.contains("images/s over"))
  }

  @Test func mapsOfItsOwnThatDifferGiveNoFigure() async throws {
    let outcome = try await compare(
      bench(peer: 20, own: "0.99"), ["--only", "mosec", "--rounds", "1", "--model", "m", "--onnx", "o"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix("Error: tessera serve: its maps have only 0.99 of the pixels in f32\n"))
  }

  @Test func onlyOpenVINOFollowsIntoBF16() async throws {
    let outcome = try await compare(
      bench(peer: 20, own: "0.99"),
      ["--only", "mosec", "mosec-openvino", "--rounds", "1", "--model", "m", "--onnx", "o", "--precision", "bf16"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("| tessera serve | 2 threads, batch 1, bf16 | 49.0"))
    #expect(outcome.output.contains("| mosec, OpenVINO | 1 × 2 threads, batch 8, bf16 | 20.0"))
    #expect(outcome.output.contains("| mosec, ONNX Runtime | 1 × 2 threads, batch 8, f32 | 20.0"))
    let python = try String(contentsOfFile: outcome.stage.path("python.calls"), encoding: .utf8)
    #expect(
      python.contains("--engine openvino --precision bf16") && python.contains("--engine onnxruntime --precision f32"))
    let calls = try String(contentsOfFile: outcome.stage.path("bench.calls"), encoding: .utf8)
    #expect(calls.split(separator: "\n").allSatisfy { $0.contains("--address") != $0.contains("--precision bf16") })
  }

  @Test(arguments: [
    (["--only", "x"], "--only x: known are mosec, mosec-openvino, litserve, litserve-openvino, triton"),
    (["--rounds", "0"], "--rounds 0: give 1 to 256"), (["--in-flight", "257"], "--in-flight 257: give 1 to 256"),
    (["--bench", "nowhere"], "--bench nowhere: not there; build it by swift build -c release"),
  ])
  func wrongArgumentsAreNamed(arguments: [String], message: String) async throws {
    let outcome = try await compare("exit 1", arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors == "Error: \(message)\n")
  }
}
