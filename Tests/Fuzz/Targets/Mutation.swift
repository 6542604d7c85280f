import TestSupport

/// One change of an input, whatever makes its random bytes.
public struct Mutation {
  private var generator: SplitMix64

  /// - Parameter choices: any number; it decides what is changed and what is mended.
  public init(choices: UInt64) { generator = SplitMix64(seed: choices) }

  /// Changes an input.
  ///
  /// - Parameter change: changes bytes anyhow, to at most so many.
  public mutating func apply(
    to input: inout [UInt8], _ target: FuzzTarget, change: (inout [UInt8], _ longest: Int) -> Void
  ) {
    // One in eight stays broken, so that what refuses it is tried too.
    let mends = below(8) > 0
    switch target.repair {
    case .none: change(&input, target.longest)
    case .whole(let repair):
      change(&input, target.longest)
      if mends { repair(&input) }
    case .frames(let prefix, let digests):
      guard mends, input.count > prefix else { return change(&input, target.longest) }
      var stream = FrameStream(input, prefix: prefix)
      apply(to: &stream, longest: target.longest, change: change)
      if below(4) > 0 { digests(&stream) }
      stream.seal()
      input = stream.bytes
    }
  }

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  private mutating func apply(
    to stream: inout FrameStream, longest: Int, change: (inout [UInt8], _ longest: Int) -> Void
  ) {
    let room = max(0, longest - stream.byteCount)
    guard !stream.frames.isEmpty else { return change(&stream.prefix, stream.prefix.count + room) }
    let place = below(stream.frames.count)
    let other = below(stream.frames.count)
    switch below(16) {
    case 0: stream.frames.remove(at: place)
    case 1:
      let frame = stream.frames[other]
      if frame.payload.count + frame.header.count <= room { stream.frames.insert(frame, at: place) }
    case 2: stream.frames.swapAt(place, other)
    case 3:
      let frame = stream.frames[other]
      let room = room + stream.frames[place].payload.count
      if frame.payload.count <= room { stream.frames[place].payload = frame.payload }
    case 4:
      // The options in front of the stream, without the preface.
      stream.prefix[below(min(2, stream.prefix.count))] = UInt8(truncatingIfNeeded: generator.next())
    case 5...7:
      var fields = Array(stream.frames[place].header[..<20])
      change(&fields, 20)
      stream.frames[place].header.replaceSubrange(..<20, with: fields + [UInt8](repeating: 0, count: 20 - fields.count))
    default: change(&stream.frames[place].payload, stream.frames[place].payload.count + room)
    }
  }
}
