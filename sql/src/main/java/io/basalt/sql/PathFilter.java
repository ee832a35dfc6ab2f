package io.basalt.sql;

import java.util.List;
import java.util.Optional;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;

/**
 * The paths that conditions leave, as far as they compare the path with a text. Every condition is
 * still checked by Flink, so what is not understood here costs time and nothing else.
 */
final class PathFilter {
  private static final String PATH = "path";

  private PathFilter() {}

  /** The paths that may meet all conditions. */
  static Paths of(List<ResolvedExpression> conditions) {
    Paths paths = Paths.ALL;
    for (ResolvedExpression condition : conditions) {
      paths = paths.and(of(condition));
    }
    return paths;
  }

  private static Paths of(ResolvedExpression condition) {
    if (!(condition instanceof CallExpression call)) {
      return Paths.ALL;
    }
    List<ResolvedExpression> operands = call.getResolvedChildren();
    FunctionDefinition function = call.getFunctionDefinition();
    if (function == BuiltInFunctionDefinitions.AND) {
      return of(operands);
    }
    if (operands.size() != 2) {
      return Paths.ALL;
    }
    if (isPath(operands.get(0))) {
      return text(operands.get(1)).map(text -> of(function, text)).orElse(Paths.ALL);
    }
    if (isPath(operands.get(1))) {
      return text(operands.get(0)).map(text -> of(mirrored(function), text)).orElse(Paths.ALL);
    }
    return Paths.ALL;
  }

  private static boolean isPath(ResolvedExpression operand) {
    return operand instanceof FieldReferenceExpression field && field.getName().equals(PATH);
  }

  private static Optional<String> text(ResolvedExpression operand) {
    return operand instanceof ValueLiteralExpression literal
        ? literal.getValueAs(String.class)
        : Optional.empty();
  }

  /** The comparison with its operands exchanged. */
  private static FunctionDefinition mirrored(FunctionDefinition function) {
    if (function == BuiltInFunctionDefinitions.LESS_THAN) {
      return BuiltInFunctionDefinitions.GREATER_THAN;
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL) {
      return BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL;
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN) {
      return BuiltInFunctionDefinitions.LESS_THAN;
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL) {
      return BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL;
    }
    return function == BuiltInFunctionDefinitions.EQUALS
        ? function
        : BuiltInFunctionDefinitions.NOT_EQUALS;
  }

  private static Paths of(FunctionDefinition function, String text) {
    if (function == BuiltInFunctionDefinitions.EQUALS) {
      return Paths.exactly(text);
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL) {
      return Paths.from(text);
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN) {
      return Paths.from(Paths.after(text));
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN) {
      return Paths.before(text);
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL) {
      return Paths.before(Paths.after(text));
    } else if (function == BuiltInFunctionDefinitions.LIKE) {
      return like(text);
    }
    return Paths.ALL;
  }

  /** A pattern's paths begin with what stands before its first wildcard. */
  private static Paths like(String pattern) {
    int end = 0;
    while (end < pattern.length() && "%_\\".indexOf(pattern.charAt(end)) < 0) {
      end++;
    }
    return Paths.startingWith(pattern.substring(0, end));
  }
}
