import FuzzTargets
import Glibc

// What libFuzzer calls. It is no target of the package: `Tests/Fuzz/run` compiles and links it with libFuzzer.

/// The target that `TESSERA_FUZZ_TARGET` names.
private let target: FuzzTarget = {
  let name = getenv("TESSERA_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget.named(name) else {
    stop("no target \"\(name)\"; there are \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
  }
  return target
}()

private func stop(_ message: String) -> Never {
  let line = Array("\(message)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
  abort()
}

/// Writes the examples of all targets as files of `TESSERA_FUZZ_EXAMPLES/TARGET`, where that is set.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  guard let folder = getenv("TESSERA_FUZZ_EXAMPLES").map({ String(cString: $0) }) else { return 0 }
  for target in FuzzTarget.all {
    mkdir("\(folder)/\(target.name)", 0o777)
    let examples: [[UInt8]]
    do { examples = try target.examples() } catch { stop("\(target.name): \(error)") }
    for (number, example) in examples.enumerated() {
      let path = "\(folder)/\(target.name)/example-\(number)"
      guard let file = fopen(path, "w") else { stop("\(path) cannot be written") }
      fwrite(example, 1, example.count, file)
      fclose(file)
    }
  }
  exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: bytes, count: count))
  do throws(BrokenPromise) { try target.check(input) } catch { stop("\(target.name): \(error)") }
  return 0
}

@_silgen_name("LLVMFuzzerMutate")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, _ capacity: Int) -> Int

@_cdecl("LLVMFuzzerCustomMutator")
func customMutator(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int {
  if case .none = target.repair { return mutate(bytes, count, capacity) }
  var input = Array(UnsafeBufferPointer(start: bytes, count: count))
  var mutation = Mutation(choices: UInt64(seed))
  mutation.apply(to: &input, target) { part, longest in
    let room = max(1, min(longest, capacity))
    let length = part.count
    part += [UInt8](repeating: 0, count: max(0, room - length))
    let changed = part.withUnsafeMutableBufferPointer { mutate($0.baseAddress, min(length, room), room) }
    part.removeLast(part.count - changed)
  }
  let result = input.prefix(capacity)
  _ = UnsafeMutableBufferPointer(start: bytes, count: capacity).update(fromContentsOf: result)
  return result.count
}
