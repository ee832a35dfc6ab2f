package io.basalt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaCall.Predicates;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules that keep the modules what ARCHITECTURE.md says they are. */
@AnalyzeClasses(
    packages = "io.basalt",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArchitectureTest {

  @ArchTest
  static final ArchRule storageKnowsNeitherFlinkNorKafka =
      noClasses()
          .that()
          .resideInAnyPackage("io.basalt.storage..", "io.basalt.schemas..", "io.basalt.erasure..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.flink..", "org.apache.kafka..");

  @ArchTest
  static final ArchRule onlyDrivesTouchTheFileSystemInStorage =
      noClasses()
          .that()
          .resideInAPackage("io.basalt.storage..")
          .and()
          .resideOutsideOfPackages("io.basalt.storage.drive..", "io.basalt.storage.config..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.file.Files")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.channels.FileChannel");

  @ArchTest
  static final ArchRule jobsDoNotKnowEachOther =
      slices()
          .matching("io.basalt.(ingest|query|migrate|compaction)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule onlyJobsExecute =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.basalt.ingest..",
              "io.basalt.migrate..",
              "io.basalt.query..",
              "io.basalt.compaction..")
          .and()
          .haveSimpleNameNotEndingWith("Job")
          .should()
          .callMethodWhere(
              Predicates.target(HasName.Predicates.nameMatching("execute|executeAsync"))
                  .and(
                      Predicates.target(
                          HasOwner.Predicates.With.owner(
                              HasName.Predicates.nameMatching(".*StreamExecutionEnvironment")))));

  @ArchTest
  static final ArchRule storagePackagesHaveNoCycles =
      slices().matching("io.basalt.storage.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule clocksAndRandomComeInByConstructor =
      noClasses()
          .that()
          .resideInAPackage("io.basalt.storage..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule onlyErasureHasNativeMethods =
      noMethods()
          .that()
          .areDeclaredInClassesThat()
          .resideOutsideOfPackage("io.basalt.erasure..")
          .should()
          .haveModifier(JavaModifier.NATIVE);

  @ArchTest
  static final ArchRule rolesHaveOneName =
      classes()
          .should()
          .haveSimpleNameNotEndingWith("Impl")
          .andShould()
          .haveSimpleNameNotEndingWith("Manager")
          .andShould()
          .haveSimpleNameNotEndingWith("Helper")
          .andShould()
          .haveSimpleNameNotEndingWith("Utils");
}
