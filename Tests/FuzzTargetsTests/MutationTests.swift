import TesseraImaging
import Testing

@testable import FuzzTargets

/// Mutations reach what they are meant to reach, and mending mends.
@Suite struct MutationTests {
  @Test func theSameSeedMakesTheSameInputs() throws {
    for target in FuzzTarget.all {
      let example = try #require(try target.examples().last)
      var results: [[UInt8]] = []
      for seed in [1, 1, 2] as [UInt64] {
        var mutator = Mutator(seed: seed)
        var input = example
        for _ in 0..<20 { mutator.mutate(&input, for: target) }
        results.append(input)
      }
      #expect(results[0] == results[1], "\(target.name)")
      #expect(results[0] != results[2], "\(target.name)")
    }
  }

  @Test func sealingMakesAChangedStreamSoundAgain() throws {
    let stream = try #require(try SelfPlay.toServer().first { $0.count > 200 })
    var frames = FrameStream(stream, prefix: 0)
    #expect(frames.bytes == stream)
    let sound = frames.bytes
    frames.seal()
    #expect(frames.bytes == sound)
    frames.frames[1].payload.append(1)
    let broken = frames.bytes
    frames.seal()
    #expect(frames.bytes != broken && frames.bytes.count == broken.count)
    #expect(FrameStream(frames.bytes, prefix: 0).frames.count == frames.frames.count)
  }

  /// Conversations must come to results, or fuzzing would only try how they fail.
  @Test func exampleConversationsComeToResults() throws {
    let counts = try zip(SelfPlay.options, SelfPlay.toClient()).map { rawOptions, stream in
      let options = ClientOptions(rawValue: rawOptions)
      let transcript = try ClientRun.transcript(of: stream[...], options: options, pattern: 0)
      #expect(transcript.results.count + transcript.failures.count == options.requestCount)
      return transcript.results.count
    }
    #expect(counts == [0, 1, 2, 3, 3, 1, 1, 1, 3])
  }

  @Test func mendedStreamsGetFartherThanBrokenOnes() throws {
    let target = FuzzTarget.client
    let example = try #require(try target.examples().last)
    var mutator = Mutator(seed: 3)
    var results = 0
    for _ in 0..<300 {
      var input = example
      mutator.mutate(&input, for: target)
      guard input.count > 2 else { continue }
      let transcript = try ClientRun.transcript(
        of: input[2...], options: ClientOptions(rawValue: input[0]), pattern: 0)
      results += transcript.results.isEmpty ? 0 : 1
    }
    #expect(results > 60)
  }

  @Test func segmentsAreTheWholeStream() {
    let stream = (0..<200).map { UInt8($0) }
    for pattern in [0, 1, 2, 3, 4, 77, 255] as [UInt8] {
      let pieces = Segments(stream[...], pattern: pattern).pieces
      #expect(pieces.flatMap { $0 } == stream)
      #expect(pieces.allSatisfy { !$0.isEmpty })
      #expect((pieces.count == 1) == (pattern == 0) || pattern % 4 == 3)
      #expect(pattern != 1 || pieces.count == 200)
    }
    #expect(Segments([], pattern: 5).pieces.isEmpty)
  }

  @Test func poisonIsFoundUnlessItCameIn() throws {
    let poison = [UInt8](repeating: 0xa5, count: 8)
    #expect(throws: BrokenPromise.self) { try Poison.check([1] + poison, input: []) }
    try Poison.check([1] + poison, input: poison + [2])
    try Poison.check(Array(poison.dropLast()) + [0] + poison.dropLast(), input: [])
  }

  @Test(arguments: [0, 2, 3] as [UInt8], [0, 1] as [UInt8])
  func pngsAreSoundAndMended(color: UInt8, interlaced: UInt8) throws {
    let sound = PNGBytes.stored(color: color, depth: 8, interlaced: interlaced)
    _ = try PNG.decodeImage(sound)
    var changed = sound
    // The last byte of the last row: image data ends with a checksum of its own and one of the chunk.
    changed[sound.count - 21] ^= 1
    #expect(throws: PNGError.self) { try PNG.decodeImage(changed) }
    PNGBytes.repair(&changed)
    #expect(try color == 3 || PNG.decodeImage(changed) != PNG.decodeImage(sound))
  }
}
